import type { Verdict } from '../../model/packet.ts';

/** Whether two verdicts send a packet to the same place, whatever marks and zones they give it. */
export function sameTarget(a: Verdict, b: Verdict): boolean {
  const target = ({ mark: _mark, ctZone: _zone, ...rest }: Verdict) => JSON.stringify(rest);
  return target(a) === target(b);
}

/** Whether a packet ends up with the proxy or the agent. */
export function captures(verdict: Verdict): boolean {
  return verdict.kind === 'redirect' || verdict.kind === 'tproxy';
}

/** Whether both verdicts hand a packet to the same port, be it by REDIRECT or by TPROXY. */
export function isSamePort(a: Verdict, b: Verdict): boolean {
  return 'port' in a && 'port' in b && a.port !== undefined && a.port === b.port;
}

/** Whether a packet gets nowhere. */
export function isBlocked({ kind }: Verdict): boolean {
  return kind === 'drop' || kind === 'reject';
}
