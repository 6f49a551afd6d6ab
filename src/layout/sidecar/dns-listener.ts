import { REDIRECT } from '../../istio/iptables-chains.ts';
import { PORT } from '../../istio/ports.ts';
import { gid, RETURN, redirect, tcp, tcpDport, udp, udpDport, uid } from '../clauses.ts';
import type { Plan } from './plan.ts';

const LOCALHOST = { from: 0x7f000001n, to: 0x7f000001n, family: 'ipv4' } as const;

/** 1.8: tcp queries that are captured at all go to the agent. */
export function captureTcpDnsInRedirect(plan: Plan): void {
  if (plan.dns !== 'off') plan.nat.append(REDIRECT, [tcp, tcpDport(53)], redirect(PORT.dns));
}

/** 1.6 – 1.8: every udp query but the proxy's own, IPv4 only. */
export function captureEveryUdpQuery(plan: Plan): void {
  if (plan.dns === 'off') return;
  const query = [udp, udpDport(53)];
  for (const owner of ownersOf(plan)) plan.nat.append('OUTPUT', [query, owner], RETURN);
  if (!plan.has('dns-by-dnat')) {
    plan.nat.append('OUTPUT', [query], redirect(PORT.envoyDns));
    return;
  }
  const port = plan.has('dns-agent') || plan.dnsAgent ? PORT.dns : PORT.envoyDns;
  const ports = { from: port, to: port };
  plan.nat.append('OUTPUT', [query], { kind: 'dnat', address: LOCALHOST, ports, flags: [] });
  plan.nat.append('POSTROUTING', [udp, udpDport(port)], { kind: 'snat', address: LOCALHOST, flags: [] });
}

/** 1.6 exempts gids only, and never root's. */
function ownersOf({ config, has }: Plan) {
  if (has('dns-by-dnat')) return [...config.proxyUid.map(uid), ...config.proxyGid.map(gid)];
  return config.proxyGid.filter((id) => id !== 0).map(gid);
}
