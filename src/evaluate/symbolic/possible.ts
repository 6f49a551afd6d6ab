import { prefixMask } from '../../model/address.ts';
import type { Ruleset } from '../../model/ruleset.ts';
import { icmpOf } from '../state.ts';
import { type Conditions, levelOf } from './conditions.ts';
import { type Node, TRUE } from './diagram.ts';

/**
 * The packets that can exist at a hook, in normal form (a field that does not apply has its first atom).
 * Facts of the IPv4 and IPv6 stacks: loopback addresses only occur on lo (ip_route_input drops them as martians);
 * a packet that comes in from outside carries no mark (skb_scrub_packet between namespaces) and no socket; a
 * connection that is new has no mark yet.
 * Where the namespace's own addresses are known, they are reached by lo, and nothing else is.
 * `helpers`: rules assign conntrack helpers. Without them (the kernel has assigned none by itself since 4.7) nothing but
 * an ICMP error is RELATED.
 */
export function possiblePackets(conditions: Conditions, helpers = true): Node {
  const { diagrams, domain } = conditions;
  const isLo = conditions.interface('lo');
  const implies = (a: Node, b: Node) => diagrams.or(diagrams.not(a), b);
  const loopback = (field: 'source' | 'destination') => loopbackAddresses(conditions, field);
  const rules = [
    implies(loopback('destination'), isLo),
    implies(loopback('source'), isLo),
    portsOnlyWhereTheyExist(conditions),
    implies(conditions.states(['NEW', 'INVALID', 'UNTRACKED']), first(conditions, 'connmark')),
  ];
  if (domain.hook === 'PREROUTING') {
    rules.push(first(conditions, 'socket'), implies(diagrams.not(isLo), first(conditions, 'mark')));
  } else if (domain.local.length > 0) {
    const own = domain.local.map((address) => conditions.addressRange('destination', address, address));
    const self = own.reduce((any, one) => diagrams.or(any, one), loopback('destination'));
    rules.push(diagrams.not(diagrams.ite(self, diagrams.not(isLo), isLo)));
  }
  if (!helpers) {
    rules.push(implies(conditions.states(['RELATED']), conditions.value('protocol', icmpOf(domain.family))));
  }
  const noOwner = diagrams.and(first(conditions, 'uid'), first(conditions, 'gid'));
  rules.push(implies(first(conditions, 'socket'), noOwner));
  return rules.reduce((all, rule) => diagrams.and(all, rule), TRUE);
}

function first(conditions: Conditions, field: 'connmark' | 'mark' | 'socket' | 'uid' | 'gid'): Node {
  return conditions.atoms(field, [[0, 0]]);
}

function loopbackAddresses(conditions: Conditions, field: 'source' | 'destination'): Node {
  if (conditions.domain.family === 'ipv6') return conditions.addressRange(field, 1n, 1n);
  const network = 127n << 24n;
  return conditions.addressRange(field, network, network | (0xffffffffn ^ prefixMask('ipv4', 8)));
}

function portsOnlyWhereTheyExist(conditions: Conditions): Node {
  const { diagrams } = conditions;
  const none = diagrams.and(
    diagrams.test(levelOf('destinationPort'), [[0, 0]], conditions.domain.destinationPort.starts.length),
    diagrams.test(levelOf('sourcePort'), [[0, 0]], conditions.domain.sourcePort.starts.length),
  );
  return diagrams.or(conditions.hasPorts(), none);
}

/** Whether rules assign conntrack helpers, which make packets of other protocols RELATED. */
export function assignsHelpers({ tables }: Ruleset): boolean {
  const rules = tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
  return rules.some(({ targets }) =>
    targets.some((target) => target.kind === 'ct' && target.rest.includes('--helper')),
  );
}
