import { compareRulesets } from '../../evaluate/compare.ts';
import { evaluatePacket, Hooks } from '../../evaluate/packet.ts';
import type { Context } from '../../expect/context.ts';
import { isIstioChain } from '../../istio/chains.ts';
import { formatAddress } from '../../model/address.ts';
import { FAMILIES, type Family } from '../../model/family.ts';
import type { Match } from '../../model/match.ts';
import type { Packet, PacketHook } from '../../model/packet.ts';
import { TCP, UDP } from '../../model/protocol.ts';
import { remembered } from '../../model/remembered.ts';
import { coversFamily, type Rule, type RuleReference, type Ruleset, rulesOf, type Table } from '../../model/ruleset.ts';
import { reachedChains } from '../../rules/reached.ts';
import { letsGo, traitsOf } from '../traffic/traits.ts';
import { captures } from '../traffic/verdicts.ts';

/** A live rule that would let packets through which an earlier one has captured. */
export interface Overtaken {
  readonly where: RuleReference;
  readonly family: Family;
  /** The rule that captures them; null where only the comparison of all packets shows it. */
  readonly by: RuleReference | null;
}

/** More hand-written exclusions than this are not tried. */
const MOST_TRIED = 20;

/**
 * Exclusions that somebody added to the live rules and that come too late: the packets they are meant for are captured
 * before these rules are reached, and without them every packet is treated the same.
 */
export const overtakenExclusions = remembered((context: Context): readonly Overtaken[] => {
  const { ruleset } = context.pod;
  const candidates = rulesOf(ruleset).filter((where) => isExclusion(where, context));
  if (candidates.length === 0 || candidates.length > MOST_TRIED) return [];
  const hooks = new Hooks(ruleset);
  return candidates.flatMap((where) => {
    const [first] = familiesOf(where, context).flatMap((family) => capturedAlready(where, family, hooks));
    return first !== undefined && !isMissed(where, context) ? [first] : [];
  });
});

/** Lets ports or addresses through, where capture is decided, and is not Istio's. */
function isExclusion(where: RuleReference, { layout }: Context): boolean {
  const { table, chain, rule } = where;
  if (!/(^|-)(nat|mangle)$/.test(table.name) || !letsGo(rule) || layout.expectedCount(where) > 0) return false;
  if (!isIstioChain(table, chain) && chain.base === undefined) return false;
  const traits = traitsOf(rule);
  return traits.destinationPort || traits.destination;
}

function familiesOf({ table, rule }: RuleReference, { families }: Context): Family[] {
  const [own] = rule.matches.flatMap((match) => (match.kind === 'destination' ? [match.network.family] : []));
  return FAMILIES.filter(
    (family) => families.includes(family) && coversFamily(table, family) && (own === undefined || own === family),
  );
}

function capturedAlready(where: RuleReference, family: Family, hooks: Hooks): Overtaken[] {
  return hooksTo(where).flatMap((hook) => {
    const packet = packetFor(where.rule, family, hook);
    if (packet === null) return [];
    const { verdict, decidedBy, steps } = evaluatePacket(hooks, packet, { reach: 'arrival', steps: true });
    const asked = steps.some((step) => step.where.rule === where.rule);
    return captures(verdict) && !asked ? [{ where, family, by: decidedBy }] : [];
  });
}

/** The hooks that lead to the chain of a rule. */
function hooksTo({ table, chain }: RuleReference): PacketHook[] {
  return (['PREROUTING', 'OUTPUT'] as const).filter((hook) => {
    const bases = table.chains.filter(({ base }) => base?.hook === hook).map(({ name }) => name);
    return reachedChains(table, bases).has(chain.name);
  });
}

/** Whether some packet would fare differently without the rule. */
function isMissed(where: RuleReference, { pod, families }: Context): boolean {
  const rest = withoutRule(pod.ruleset, where);
  return families.some((family) =>
    (['PREROUTING', 'OUTPUT'] as const).some((hook) => {
      const { different, open } = compareRulesets(rest, pod.ruleset, { hook, family, classes: 'outcomes' });
      return different.length + open.length > 0;
    }),
  );
}

function withoutRule({ tables }: Ruleset, { table, chain, rule }: RuleReference): Ruleset {
  const changed: Table = {
    ...table,
    chains: table.chains.map((candidate) =>
      candidate === chain ? { ...chain, rules: chain.rules.filter((other) => other !== rule) } : candidate,
    ),
  };
  return { tables: tables.map((candidate) => (candidate === table ? changed : candidate)) };
}

const POD: Readonly<Record<Family, string>> = { ipv4: '10.244.0.5', ipv6: 'fd00:10:244::5' };
const FAR: Readonly<Record<Family, string>> = { ipv4: '203.0.113.10', ipv6: '2001:db8:ffff::10' };
/** Nobody's: not the proxy's. */
const APPLICATION = 4_000_000_001;

/** A new connection that the rule is meant for; null when that takes more than ports and addresses. */
function packetFor(rule: Rule, family: Family, hook: PacketHook): Packet | null {
  const others = rule.matches.filter(
    (match) => !['protocol', 'tcp', 'udp', 'multiport', 'destination', 'comment'].includes(match.kind),
  );
  const protocol = protocolOf(rule);
  if (others.length > 0 || protocol === null) return null;
  const [destination] = rule.matches.flatMap((match) =>
    match.kind === 'destination' && !match.negated ? [formatAddress(family, match.network.address)] : [],
  );
  const common = { family, hook, protocol, sourcePort: 40_000, destinationPort: portOf(rule), ctState: 'NEW' } as const;
  return hook === 'PREROUTING'
    ? { ...common, source: FAR[family], destination: destination ?? POD[family], inInterface: 'eth0' }
    : {
        ...common,
        source: POD[family],
        destination: destination ?? FAR[family],
        outInterface: 'eth0',
        uid: APPLICATION,
        gid: APPLICATION,
      };
}

function protocolOf({ matches }: Rule): 'tcp' | 'udp' | null {
  const named = matches.find((match) => match.kind === 'protocol');
  if (named === undefined) return matches.some(({ kind }) => kind === 'udp') ? 'udp' : 'tcp';
  if (named.negated) return null;
  return named.protocol === TCP ? 'tcp' : named.protocol === UDP ? 'udp' : null;
}

function portOf({ matches }: Rule): number {
  const ports = matches.flatMap((match: Match) => {
    if (match.kind === 'multiport') return match.negated ? [] : match.ports;
    if (!('destinationPort' in match) || match.destinationPort === undefined) return [];
    return match.destinationPort.negated ? [] : match.destinationPort.value;
  });
  return ports[0]?.from ?? 40_007;
}
