import { FAMILIES, type Family } from '../../model/family.ts';
import type { Match } from '../../model/match.ts';
import { TCP, UDP } from '../../model/protocol.ts';
import {
  type Chain,
  coversFamily,
  type Hook,
  type RuleReference,
  type Ruleset,
  type Table,
} from '../../model/ruleset.ts';
import type { Socket } from '../../model/socket.ts';
import { reachedChains } from '../../rules/reached.ts';

/** A port of the pod that live rules send packets to. */
export interface RedirectTarget {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  readonly family: Family;
  /** Where packets come from: REDIRECT in PREROUTING goes to the address of the interface, in OUTPUT to loopback. */
  readonly hook: Hook;
  readonly where: RuleReference;
}

/** Every redirect and TPROXY that PREROUTING or OUTPUT leads to; chains that nothing leads to send nobody anywhere. */
export function redirectTargets(ruleset: Ruleset): RedirectTarget[] {
  return ruleset.tables.flatMap((table) => table.chains.flatMap((base) => targetsBelow(table, base)));
}

function targetsBelow(table: Table, { name: base, base: attached }: Chain): RedirectTarget[] {
  const hook = attached?.hook;
  if (hook !== 'PREROUTING' && hook !== 'OUTPUT') return [];
  const reached = reachedChains(table, [base]);
  const families = FAMILIES.filter((family) => coversFamily(table, family));
  return table.chains
    .filter(({ name }) => reached.has(name))
    .flatMap((chain) => chain.rules.map((rule) => ({ table, chain, rule })))
    .flatMap((where) => portsOf(where).map((port) => ({ port, protocol: protocolOf(where), hook, where })))
    .flatMap((target) =>
      families.filter((family) => sees(target.where, family)).map((family) => ({ ...target, family })),
    );
}

function portsOf({ rule }: RuleReference): number[] {
  const ports = rule.targets.flatMap((target) => {
    if (target.kind === 'tproxy') return [target.port];
    return target.kind === 'redirect' && target.ports ? [target.ports.from] : [];
  });
  // Port 0 of TPROXY keeps the packet's own.
  return ports.filter((port) => port !== 0);
}

function protocolOf({ rule }: RuleReference): 'tcp' | 'udp' {
  const names = (number: number, kind: Match['kind']) =>
    rule.matches.some((match) =>
      match.kind === 'protocol' ? match.protocol === number && !match.negated : match.kind === kind,
    );
  return names(UDP, 'udp') && !names(TCP, 'tcp') ? 'udp' : 'tcp';
}

/** Whether a rule of an inet table can match packets of the family: its addresses may all be of the other one. */
function sees({ rule }: RuleReference, family: Family): boolean {
  return rule.matches.every(
    (match) => !(match.kind === 'source' || match.kind === 'destination') || match.network.family === family,
  );
}

/** Whether a listener accepts what the target gets. */
export function accepts(socket: Socket, { port, protocol, family, hook }: RedirectTarget): boolean {
  if (socket.localPort !== port || socket.protocol !== protocol) return false;
  if (socket.family !== 'any' && socket.family !== family) return false;
  if (socket.interface !== undefined && (socket.interface === 'lo') !== (hook === 'OUTPUT')) return false;
  if (['*', '0.0.0.0', '::'].includes(socket.localAddress)) return true;
  const loopback = socket.localAddress === '::1' || socket.localAddress.startsWith('127.');
  return hook === 'OUTPUT' ? ['127.0.0.1', '::1'].includes(socket.localAddress) : !loopback;
}
