import type { Verdict } from '../model/packet.ts';
import type { Target } from '../model/target.ts';
import { PORT } from './ports.ts';

/** The agent's DNS proxy listens here in every release since 1.8 (1.6 and 1.7 also used 15013). */
export const DNS_PROXY_PORTS: ReadonlySet<number> = new Set([PORT.dns, PORT.envoyDns]);

/** Whether a packet ends up with the agent's DNS proxy; 1.7 and 1.8 send queries there by DNAT. */
export function goesToDnsProxy(verdict: Verdict): boolean {
  if (verdict.kind === 'dnat') return [...DNS_PROXY_PORTS].some((port) => verdict.to === `${LOCALHOST}:${port}`);
  return verdict.kind === 'redirect' && verdict.port !== undefined && DNS_PROXY_PORTS.has(verdict.port);
}

/** Whether a rule sends what it matches there. */
export function isToDnsProxy(target: Target): boolean {
  return (
    (target.kind === 'redirect' || target.kind === 'dnat') &&
    target.ports !== undefined &&
    DNS_PROXY_PORTS.has(target.ports.from)
  );
}

const LOCALHOST = '127.0.0.1';
