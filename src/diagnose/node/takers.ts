import { Hooks } from '../../evaluate/packet.ts';
import { followSource, type SourceAnswer } from '../../evaluate/source.ts';
import { LIMITS, TooComplex } from '../../evaluate/symbolic/limits.ts';
import { checkTime } from '../../evaluate/symbolic/time.ts';
import type { Context } from '../../expect/context.ts';
import { isIstioChain } from '../../istio/chains.ts';
import { parseAddress } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import type { Match } from '../../model/match.ts';
import type { Packet } from '../../model/packet.ts';
import { remembered } from '../../model/remembered.ts';
import { coversFamily, type RuleReference, type Ruleset, rulesOf, type Table } from '../../model/ruleset.ts';
import { endsWay } from '../../model/target-effects.ts';
import { reachedChains } from '../../rules/reached.ts';
import { MOST_PROBES, type Probe, probesOf } from './probes.ts';

/** What stands between the kubelet's probes and the rules of the node that are for them. */
export interface Takers {
  readonly family: Family;
  /** `all`: no probe passes; `some`: it hangs on something that is not known. */
  readonly takes: 'all' | 'some';
  readonly rules: readonly RuleReference[];
  /** One that is taken, or may be. */
  readonly witness: Packet;
}

/** For each family with rules of Istio's on the node, what takes the packets that these are for. */
export const probeTakers = remembered((context: Context): readonly Takers[] => {
  const { config, families } = context;
  if (config.dataplane !== 'ambient' || config.scope !== 'host') return [];
  return families.flatMap((family) => {
    const found = takersOf(family, context);
    return found === null ? [] : [found];
  });
});

function takersOf(family: Family, context: Context): Takers | null {
  const { ruleset } = context.pod;
  const own = rulesOf(ruleset).filter((where) => isForProbes(where, family, context));
  if (own.length === 0) return null;
  const others = postroutingRules(ruleset, family).filter((where) => where.rule.targets.length > 0);
  const probes = probesOf(others, family, uidOf(own), context);
  if (probes.length > MOST_PROBES)
    throw new TooComplex(`the rules of POSTROUTING tell more than ${MOST_PROBES} kinds of probes apart`);
  const hooks = ordersOf(ruleset, family).map((order) => new Hooks(order));
  return conclude(
    family,
    probes.map((probe) => ({ probe, answer: followed(probe, hooks, (where) => isForProbes(where, family, context)) })),
  );
}

interface Followed {
  readonly probe: Probe;
  readonly answer: SourceAnswer;
}

function conclude(family: Family, followed: readonly Followed[]): Takers | null {
  const lost = followed.filter(({ answer }) => answer.reached !== 'always');
  const [first] = [...lost.filter(({ probe }) => probe.likely), ...lost];
  if (first === undefined) return null;
  const never = followed.every(({ answer }) => answer.reached === 'never');
  const rules = [...new Set(lost.flatMap(({ answer }) => answer.takers))];
  const { packet } = first.probe;
  if (never) return { family, takes: 'all', rules, witness: packet };
  // A rule in Istio's own chain that ends the way of some is nobody's to write.
  const inside = rules.filter(({ table, chain }) => isIstioChain(table, chain));
  if (inside.length > 0) return { family, takes: 'all', rules: inside, witness: packet };
  return lost.some(({ probe }) => probe.likely) ? { family, takes: 'some', rules, witness: packet } : null;
}

function followed({ packet }: Probe, orders: readonly Hooks[], meant: (where: RuleReference) => boolean): SourceAnswer {
  checkTime(LIMITS.tellingSeconds);
  const answers = orders.map((hooks) => followSource(hooks, packet, { meant, never: isNeverOfProbes }));
  const [first] = answers;
  const same = answers.every(({ reached }) => reached === first?.reached);
  return { reached: same && first ? first.reached : 'open', takers: answers.flatMap(({ takers }) => takers) };
}

/** Gives packets the source that ambient pods exempt; of which pods is not asked, after an upgrade the set is another. */
function isForProbes({ table, rule }: RuleReference, family: Family, { config }: Context): boolean {
  const probe = parseAddress(family === 'ipv4' ? config.hostProbeIpv4 : config.hostProbeIpv6)?.value;
  if (!coversFamily(table, family)) return false;
  return rule.targets.some(
    (target) => target.kind === 'snat' && target.address?.family === family && target.address.from === probe,
  );
}

/** The user that Istio's rule is about, where it names one; the kubelet is root else. */
function uidOf(own: readonly RuleReference[]): number {
  const owners = own.flatMap(({ rule }) => rule.matches.flatMap((match) => (match.kind === 'owner' ? [match] : [])));
  return owners.find(({ uid }) => uid !== undefined)?.uid?.value.from ?? 0;
}

function postroutingRules({ tables }: Ruleset, family: Family): RuleReference[] {
  return tables
    .filter((table) => coversFamily(table, family))
    .flatMap((table) => {
      const bases = table.chains.filter(({ base }) => base?.hook === 'POSTROUTING').map(({ name }) => name);
      const reached = reachedChains(table, bases);
      return rulesOf({ tables: [{ ...table, chains: table.chains.filter(({ name }) => reached.has(name)) }] });
    });
}

/**
 * Of chains with one priority the one that was registered last runs first. Between iptables-legacy and nftables no listing
 * tells which that was.
 */
function ordersOf(ruleset: Ruleset, family: Family): Ruleset[] {
  const here = ruleset.tables.filter((table) => coversFamily(table, family) && hasSources(table));
  const unordered = new Set(here.map(({ backend }) => backend === 'iptables-legacy')).size > 1;
  return unordered ? [ruleset, { tables: ruleset.tables.toReversed() }] : [ruleset];
}

function hasSources({ chains }: Table): boolean {
  return chains.some(({ base }) => base?.type === 'nat' && base.hook === 'POSTROUTING');
}

/**
 * Sets whose content makes a rule one about other packets: Calico's has all pods, kube-proxy's the pods that call
 * themselves.
 */
function isNeverOfProbes({ rule }: RuleReference): boolean {
  return rule.matches.some((match) => isOpaque(match, ALL_PODS) || isOpaque(match, HAIRPIN));
}

const ALL_PODS = /^! --match-set cali[46]0all-ipam-pools dst$/;
const HAIRPIN = /^--match-set KUBE-(6-)?LOOP-BACK dst,dst,src$/;

function isOpaque(match: Match, pattern: RegExp): boolean {
  return match.kind === 'opaque' && pattern.test(match.args.join(' '));
}

/** Rules that may end a packet's way, of those that take probes. */
export function takingRules(context: Context): RuleReference[] {
  return probeTakers(context).flatMap(({ rules }) => rules.filter(({ rule }) => rule.targets.some(endsWay)));
}
