import { FAMILIES, type Family } from '../model/family.ts';
import { type Chain, coversFamily, type Hook, type RuleReference, type Ruleset, type Table } from '../model/ruleset.ts';
import { Hooks } from './hooks.ts';
import { shadowingRules } from './shadowing.ts';
import { whyGivenUp } from './symbolic/limits.ts';
import { HookReach } from './unreached-hook.ts';

/**
 * Why no packet is ever matched by a rule. `no-jump`: nothing jumps to its chain. `not-entered`: something does, and no
 * packet gets there. `no-packet`: no packet that comes to it fulfils its conditions. `taken`: rules before it
 * take every packet that does.
 */
export type UnreachedReason = 'no-jump' | 'not-entered' | 'no-packet' | 'taken';

/** A rule that no packet meets or that never matches. */
export interface RuleUnreached {
  readonly where: RuleReference;
  readonly reason: UnreachedReason;
  /** `taken`: rules that together take the packets; few, and `all` if no packet is left that they do not take. */
  readonly by: readonly RuleReference[];
  readonly all: boolean;
}

/** A hook that could not be followed. */
export interface UnfollowedHook {
  readonly family: Family;
  readonly hook: Hook;
  readonly because: string;
}

/** The rules of one family that packets never make use of. */
export interface UnreachedRules {
  readonly unreached: readonly RuleUnreached[];
  readonly unfollowed: readonly UnfollowedHook[];
  /** Rules that only forwarded packets meet: a pod forwards none, and they were not looked at. */
  readonly forwarding: number;
}

/** Beyond so many rules it is not worked out which others take their packets: nobody reads it, and each is work. */
const MOST_EXPLAINED = 256;

/**
 * Finds the rules that no packet that can exist is ever matched by, in any state and at any hook. A rule whose match is
 * not known may match. A rule that is matched and changes nothing is not among them.
 */
export function unreachedRules(ruleset: Ruleset): UnreachedRules {
  const hooks = new Hooks(ruleset);
  const reaches = FAMILIES.flatMap((family) =>
    (['PREROUTING', 'OUTPUT'] as const).map((hook) => followed(ruleset, hooks, family, hook)),
  );
  const unfollowed = reaches.flatMap((one) => (one instanceof HookReach ? [] : [one]));
  const unreached: RuleUnreached[] = [];
  const add = (found: Iterable<RuleUnreached>) => {
    // There may be too many of them to be arguments of one call.
    for (const one of found) unreached.push(one);
  };
  let forwarding = 0;
  for (const table of ruleset.tables) {
    const ways = waysInto(table);
    const open = unfollowed.some(({ family }) => coversFamily(table, family));
    const here = reaches.filter((one) => one instanceof HookReach).filter((one) => coversFamily(table, one.family));
    for (const chain of table.chains) {
      const way = ways.get(chain.name) ?? 'none';
      if (way === 'forward') forwarding += chain.rules.length;
      else if (way === 'none') add(chain.rules.map((rule) => noJump({ table, chain, rule })));
      else if (!open) {
        const { found, because } = unreachedIn(table, chain, here, unreached.length);
        add(found);
        if (because !== null) for (const reach of here) unfollowed.push({ ...reach.place, because });
        if (because !== null) break;
      }
    }
  }
  return { unreached, unfollowed, forwarding };
}

function followed(ruleset: Ruleset, hooks: Hooks, family: Family, hook: 'PREROUTING' | 'OUTPUT') {
  try {
    return new HookReach(ruleset, hooks, family, hook);
  } catch (error) {
    return { family, hook, because: whyGivenUp(error) };
  }
}

function noJump(where: RuleReference): RuleUnreached {
  return { where, reason: 'no-jump', by: [], all: true };
}

/** The rules of a chain that none of the packets is matched by, and why these are not all, if they are not. */
function unreachedIn(table: Table, chain: Chain, reaches: readonly HookReach[], before: number) {
  const found: RuleUnreached[] = [];
  try {
    for (const rule of chain.rules) {
      if (reaches.some((reach) => reach.isMet(rule))) continue;
      found.push(whyUnreached({ table, chain, rule }, reaches, before + found.length < MOST_EXPLAINED));
    }
    return { found, because: null };
  } catch (error) {
    return { found, because: whyGivenUp(error) };
  }
}

function whyUnreached(where: RuleReference, reaches: readonly HookReach[], explain: boolean): RuleUnreached {
  if (reaches.every((reach) => !reach.isEntered(where.chain))) {
    return { where, reason: 'not-entered', by: [], all: true };
  }
  const wanted = reaches.filter((reach) => reach.wants(where));
  if (wanted.length === 0) return { where, reason: 'no-packet', by: [], all: true };
  if (!explain) return { where, reason: 'taken', by: [], all: false };
  const shadowers = wanted.map((reach) => shadowingRules(where, reach));
  if (shadowers.every((one) => one.by.length === 0)) return { where, reason: 'no-packet', by: [], all: true };
  const by = [...new Map(shadowers.flatMap((one) => one.by.map((shadower) => [shadower.rule, shadower]))).values()];
  return { where, reason: 'taken', by, all: shadowers.every((one) => one.all) };
}

type Way = 'followed' | 'forward' | 'none';

/** For each chain of a table whether hooks that are followed lead there by jumps, only that of forwarded packets, or none. */
function waysInto(table: Table): Map<string, Way> {
  const ways = new Map<string, Way>();
  const chains = new Map(table.chains.map((chain) => [chain.name, chain]));
  for (const way of ['followed', 'forward'] as const) {
    const pending = table.chains.filter(({ base }) => base && (base.hook === 'FORWARD') === (way === 'forward'));
    for (let chain = pending.pop(); chain; chain = pending.pop()) {
      if (ways.has(chain.name)) continue;
      ways.set(chain.name, way);
      for (const target of chain.rules.flatMap(({ targets }) => targets)) {
        const next = target.kind === 'jump' || target.kind === 'goto' ? chains.get(target.chain) : undefined;
        if (next) pending.push(next);
      }
    }
  }
  return ways;
}
