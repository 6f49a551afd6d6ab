import { isIstioChainName } from '../istio/names.ts';
import { type Coverage, isCovered } from '../model/pod.ts';
import type { Rule, Table } from '../model/ruleset.ts';
import type { Target } from '../model/target.ts';
import { endsWay } from '../model/target-effects.ts';
import { editsBetween } from '../rules/sequence.ts';
import { type KeyedChain, keyedChains } from './live.ts';
import type { RuleDifference } from './types.ts';

/**
 * The rules to insert and delete until the live chains are those of a layout, chain by chain, order included. Empty
 * chains and tables that could not be seen cost nothing. In built-in chains foreign rules cost nothing either, unless
 * they stand ahead of Istio's and end the way of the packets they match.
 */
export function compareChains(
  live: ReadonlyMap<string, KeyedChain>,
  expected: readonly Table[],
  coverage: readonly Coverage[],
): Comparison {
  const wanted = keyedChains(expected.filter((table) => isCovered({ coverage }, table)));
  const names = new Set([...wanted.keys(), ...live.keys()]);
  const chains = [...names].map((name) => inChain(live.get(name), wanted.get(name)));
  const differences = chains.flatMap((chain) => chain.differences);
  const foreign = [...live].map(
    ([name, chain]) => chain.keys.length - countedRules(chain, keysOf(wanted.get(name))).length,
  );
  const strangers = [...live].flatMap(([name, chain]) => strangersIn(chain, keysOf(wanted.get(name))));
  const missing = differences.filter(({ kind }) => kind === 'missing').length;
  return {
    differences,
    strangers: new Set(strangers),
    unfinished: sum(chains.map((chain) => chain.unfinished)),
    foreign: sum(foreign),
    common: sum([...wanted.values()].map(({ keys }) => keys.length)) - missing,
  };
}

/** The live rules compared with a layout. */
interface Comparison {
  readonly differences: readonly RuleDifference[];
  /**
   * The live rules that the layout's chain does not have at all, not even in another place, whether they count as extra or
   * not. Who writes a layout twice, or half of it, makes none of those.
   */
  readonly strangers: ReadonlySet<Rule>;
  /** How many of the missing rules stand behind all that are there, as where the writer was stopped. */
  readonly unfinished: number;
  /** How many live rules are neither the layout's nor in its way. */
  readonly foreign: number;
  /** How many rules of the layout are live. */
  readonly common: number;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function inChain(
  live: KeyedChain | undefined,
  wanted: KeyedChain | undefined,
): Pick<Comparison, 'differences' | 'unfinished'> {
  const place = live ?? wanted;
  if (place === undefined) return { differences: [], unfinished: 0 };
  const counted = live === undefined ? [] : countedRules(live, keysOf(wanted));
  const edits = editsBetween(
    counted.map((position) => live?.keys[position] ?? ''),
    wanted?.keys ?? [],
  );
  const difference = (kind: RuleDifference['kind'], rule: Rule | undefined): RuleDifference[] =>
    rule === undefined ? [] : [{ kind, family: place.family, table: place.table, chain: place.chain, rule }];
  const extra = edits.extra.map((position) => counted[position] ?? -1);
  const missing = new Set(edits.missing);
  const end = (wanted?.rules ?? []).findLastIndex((_, position) => !missing.has(position));
  return {
    unfinished: edits.missing.filter((position) => position > end).length,
    differences: [
      ...edits.missing.flatMap((position) => difference('missing', wanted?.rules[position])),
      ...extra.flatMap((position) => difference('extra', live?.rules[position])),
    ],
  };
}

function strangersIn({ rules, keys }: KeyedChain, written: ReadonlySet<string>): Rule[] {
  return rules.filter((_, position) => !written.has(keys[position] ?? ''));
}

function keysOf(chain: KeyedChain | undefined): ReadonlySet<string> {
  return new Set(chain?.keys);
}

/** The positions of the rules that are Istio's or in Istio's way. */
function countedRules(live: KeyedChain, wanted: ReadonlySet<string>): number[] {
  const positions = live.rules.map((_, position) => position);
  if (!live.builtIn) return positions;
  const isIstios = (position: number): boolean =>
    wanted.has(live.keys[position] ?? '') || (live.rules[position]?.targets.some(leadsToIstio) ?? false);
  const last = positions.findLast(isIstios) ?? -1;
  return positions.filter(
    (position) => isIstios(position) || (position < last && (live.rules[position]?.targets.some(endsWay) ?? false)),
  );
}

function leadsToIstio(target: Target): boolean {
  return (target.kind === 'jump' || target.kind === 'goto') && isIstioChainName(target.chain);
}
