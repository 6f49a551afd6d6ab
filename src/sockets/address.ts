import { PASSTHROUGH } from '../istio/proxy.ts';
import type { Socket } from '../model/socket.ts';

/** Whether an address is the one from which the proxy talks to the application, and nobody else does. */
export function isPassthrough(address: string): boolean {
  return address === PASSTHROUGH.ipv4 || address === PASSTHROUGH.ipv6;
}

/** Whether an address means this host and no other: 127.0.0.0/8, ::1, and the proxy's ::6. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1' || address === PASSTHROUGH.ipv6;
}

/** Whether a listener can be reached from inside of the pod only: by its address, or bound to lo. */
export function isInner({ localAddress, interface: device }: Pick<Socket, 'localAddress' | 'interface'>): boolean {
  return isLoopback(localAddress) || device === 'lo';
}

/** Whether a listener takes every address. */
export function isWildcard(address: string): boolean {
  return address === '*' || address === '0.0.0.0' || address === '::';
}
