import { DNS, IN, OUT } from '../../istio/iptables-chains.ts';
import { PORT } from '../../istio/ports.ts';
import type { Network } from '../../model/address.ts';
import type { Match } from '../../model/match.ts';
import {
  type Clause,
  from,
  gid,
  jump,
  RETURN,
  redirect,
  tcp,
  tcpDport,
  to,
  udp,
  udpDport,
  udpSport,
  uid,
  zone,
} from '../clauses.ts';
import type { TableDraft } from '../draft.ts';
import { ownerGroupExemptions } from './owners.ts';
import type { Plan } from './plan.ts';

/** Queries of the proxy's own and their answers are tracked apart from those of everybody else. */
const PROXY_ZONE = 1;
const POD_ZONE = 2;

const udpQuery: Clause = [udp, udpDport(53)];
const tcpQuery: Clause = [tcp, tcpDport(53)];
const agentReply: Clause = [udp, udpSport(PORT.dns)];
const serverReply: Clause = [udp, udpSport(53)];

/** 1.25 and later: chains of DNS's own in nat and raw. */
export function captureDnsInChain(plan: Plan): void {
  if (plan.dns === 'off') return;
  plan.raw.append('OUTPUT', [], jump(DNS));
  const servers = serversOf(plan);
  if (servers.length > 0) plan.nat.append(OUT, [], jump(DNS));
  for (const server of servers) plan.nat.append(DNS, [...dst(server), tcpQuery], redirect(PORT.dns));
  for (const server of servers) plan.nat.append(DNS, [...dst(server), udpQuery], redirect(PORT.dns));
  if (servers.length > 0) plan.raw.append('PREROUTING', [], jump(IN));
  zones(plan, { raw: plan.raw, queries: DNS, replies: IN });
}

/** 1.9 – 1.24, tcp: in ISTIO_OUTPUT, after the rules of the proxy's own traffic. */
export function captureTcpDns(plan: Plan): void {
  for (const server of serversOf(plan)) plan.nat.append(OUT, [...dst(server), tcpQuery], redirect(PORT.dns));
}

/** 1.9 – 1.24, udp: in the OUTPUT hook at first, from 1.23 at the end of ISTIO_OUTPUT. */
export function captureUdpDns(plan: Plan): void {
  if (plan.dns === 'off') return;
  const inChain = plan.has('dns-in-output-chain');
  const chain = inChain ? OUT : 'OUTPUT';
  for (const owner of owners(plan)) plan.nat.append(chain, [udpQuery, owner], RETURN);
  for (const outside of ownerGroupExemptions(plan)) plan.nat.append(chain, [udpQuery, ...outside], RETURN);
  for (const server of serversOf(plan)) plan.nat.append(chain, [...dst(server), udpQuery], redirect(PORT.dns));
  if (!plan.has('dns-zones')) return;
  if (inChain) plan.raw.append('OUTPUT', [udp], jump(OUT));
  zones(plan, { raw: plan.raw, queries: chain, replies: 'PREROUTING' });
}

/** The conntrack zones: first the two legs that the proxy has, then everybody's queries and the servers' replies. */
function zones(plan: Plan, where: { raw: TableDraft; queries: string; replies: string }): void {
  for (const owner of owners(plan)) {
    where.raw.append(where.queries, [udpQuery, owner], zone(PROXY_ZONE));
    where.raw.append(where.queries, [agentReply, owner], zone(POD_ZONE));
  }
  for (const server of serversOf(plan)) {
    // Before 1.20 the reply was looked for by its destination, which no reply has.
    const sender = plan.has('zone-by-source') ? src(server) : dst(server);
    where.raw.append(where.queries, [...dst(server), udpQuery], zone(POD_ZONE));
    where.raw.append(where.replies, [...sender, serverReply], zone(PROXY_ZONE));
  }
}

function owners(plan: Plan): Match[] {
  return [...plan.config.proxyUid.map(uid), ...plan.config.proxyGid.map(gid)];
}

type Server = Network | 'any';

function serversOf(plan: Plan): readonly Server[] {
  if (plan.dns === 'off') return [];
  return plan.dns === 'all' ? ['any'] : plan.dns;
}

function dst(server: Server): Clause[] {
  return server === 'any' ? [] : [to(server)];
}

function src(server: Server): Clause[] {
  return server === 'any' ? [] : [from(server)];
}
