import { DNS, IN, OUT, OUTPUT, PREROUTING } from '../../istio/native-chains.ts';
import { PORT } from '../../istio/ports.ts';
import type { Network } from '../../model/address.ts';
import { type Clause, from, gid, jump, redirect, tcpDport, to, udpDport, udpSport, uid, zone } from '../clauses.ts';
import type { NativePlan } from './plan.ts';

const PROXY_ZONE = 1;
const POD_ZONE = 2;

type Server = Network | 'any';

/** DNS capture and its conntrack zones, as in the iptables layout of 1.25 and later. */
export function captureDns(plan: NativePlan): void {
  if (!plan.dns) return;
  const servers = serversOf(plan);
  plan.raw.append(OUTPUT, [], jump(DNS));
  plan.nat.append(OUT, [], jump(DNS));
  for (const server of servers) plan.nat.append(DNS, [...dst(server), tcpDport(53)], redirect(PORT.dns));
  for (const server of servers) plan.nat.append(DNS, [...dst(server), udpDport(53)], redirect(PORT.dns));
  for (const owner of [...plan.config.proxyUid.map(uid), ...plan.config.proxyGid.map(gid)]) {
    plan.raw.append(DNS, [udpDport(53), owner], zone(PROXY_ZONE));
    plan.raw.append(DNS, [udpSport(PORT.dns), owner], zone(POD_ZONE));
  }
  plan.raw.append(PREROUTING, [], jump(IN));
  for (const server of servers) {
    plan.raw.append(DNS, [udpDport(53), ...dst(server)], zone(POD_ZONE));
    plan.raw.append(IN, [udpSport(53), ...(server === 'any' ? [] : [from(server)])], zone(PROXY_ZONE));
  }
}

/** With `any` one rule takes both families. */
function serversOf({ families }: NativePlan): Server[] {
  if (families.some(({ dns }) => dns === 'all')) return ['any'];
  return families.flatMap(({ dns }) => (typeof dns === 'string' ? [] : dns));
}

function dst(server: Server): Clause[] {
  return server === 'any' ? [] : [to(server)];
}
