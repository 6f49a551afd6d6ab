import type { Verdict } from '../model/packet.ts';
import { PORT } from './ports.ts';

/** The agent's DNS proxy listens here in every release since 1.8 (1.6 and 1.7 also used 15013). */
export const DNS_PROXY_PORTS: ReadonlySet<number> = new Set([PORT.dns, PORT.envoyDns]);

/** Whether a packet ends up with the agent's DNS proxy. */
export function goesToDnsProxy(verdict: Verdict): boolean {
  return verdict.kind === 'redirect' && verdict.port !== undefined && DNS_PROXY_PORTS.has(verdict.port);
}
