import type { Ending } from './attempt.ts';

/** Errors of connect(2) and send(2), by what they say about the packet's way. */
const ENDINGS: Readonly<Record<string, Ending>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'no-route',
  EADDRNOTAVAIL: 'no-route',
  EAFNOSUPPORT: 'no-route',
  EINVAL: 'no-route',
  ETIMEDOUT: 'timed-out',
  // A rule that drops what a process sends answers sendto with EPERM.
  EPERM: 'forbidden',
  EACCES: 'forbidden',
  EOWNER: 'not-allowed',
};

/** What a system error says about an attempt. */
export function endingOf(error: unknown): { readonly ending: Ending; readonly message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { ending: ENDINGS[code] ?? 'failed', message };
}
