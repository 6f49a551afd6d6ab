/** Istio's proxy sends requests to the application from here (1.10 and later; ports of 1.3 and later). */
const PASSTHROUGH: ReadonlySet<string> = new Set(['127.0.0.6', '::6']);

/** Whether an address is the one from which the proxy talks to the application, and nobody else does. */
export function isPassthrough(address: string): boolean {
  return PASSTHROUGH.has(address);
}

/** Whether an address means this host and no other: 127.0.0.0/8, ::1, and the proxy's ::6. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1' || address === '::6';
}

/** Whether a listener takes every address. */
export function isWildcard(address: string): boolean {
  return address === '*' || address === '0.0.0.0' || address === '::';
}
