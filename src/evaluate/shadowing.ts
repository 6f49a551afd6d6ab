import type { Packet } from '../model/packet.ts';
import type { Rule, RuleReference } from '../model/ruleset.ts';
import { endsWay } from '../model/target-effects.ts';
import { completePacket, initialState } from './state.ts';
import { FALSE, type Node } from './symbolic/diagram.ts';
import { Traversal } from './traverse.ts';
import type { HookReach } from './unreached-hook.ts';

/** The rules that take what another one wants, and whether they take all of it. */
export interface Shadowing {
  readonly by: readonly RuleReference[];
  readonly all: boolean;
}

/** More would explain nothing. */
const MOST_SHADOWERS = 6;
const MOST_TRIES = 24;

/**
 * Rules of the same chain that take the packets which a later one would match, found packet by packet: one of those
 * that are left is sent on its way, and the rule that takes it takes the others that it matches as well. Rules whose
 * packets the others take anyway are then left out.
 */
export function shadowingRules(unreached: RuleReference, reach: HookReach): Shadowing {
  const { diagrams } = reach;
  const wanted = reach.wanted(unreached);
  const shadowers = new Map<Rule, Node>();
  let left = wanted;
  for (let tries = 0; left !== FALSE && tries < MOST_TRIES; tries += 1) {
    const shadower = shadowerOf(reach.packet(left), unreached, reach);
    if (shadower === null) break;
    const rest = diagrams.and(left, diagrams.not(shadower.packets));
    // An unknown condition is in between: the packet may be taken, but not certainly.
    if (rest === left) break;
    shadowers.set(shadower.rule, diagrams.or(shadowers.get(shadower.rule) ?? FALSE, shadower.packets));
    left = rest;
  }
  const needed = left === FALSE ? needful(shadowers, wanted, reach) : [...shadowers.keys()];
  return {
    by: needed.map((rule) => ({ ...unreached, rule })).slice(0, MOST_SHADOWERS),
    all: left === FALSE && needed.length <= MOST_SHADOWERS,
  };
}

function needful(shadowers: ReadonlyMap<Rule, Node>, wanted: Node, { diagrams }: HookReach): Rule[] {
  const kept = new Map(shadowers);
  for (const candidate of shadowers.keys()) {
    const others = [...kept].filter(([shadower]) => shadower !== candidate);
    const left = others.reduce((rest, [, taken]) => diagrams.and(rest, diagrams.not(taken)), wanted);
    if (left === FALSE) kept.delete(candidate);
  }
  return [...kept.keys()].sort((a, b) => a.index - b.index);
}

/**
 * The rule of the chain by which the packet leaves it before the unreached rule, and the packets that leave it so: all that
 * it would match if it decides itself, else those that the rule further down takes which ends their way.
 */
function shadowerOf(packet: Packet, unreached: RuleReference, reach: HookReach): { rule: Rule; packets: Node } | null {
  const matched = matchedRules(packet, reach);
  const last = matched.findLastIndex(
    ({ chain, rule }) => chain === unreached.chain && rule.index < unreached.rule.index,
  );
  const shadower = matched[last];
  const end = matched.slice(last).find(ends);
  if (!shadower || !end || (end.chain === unreached.chain && end !== shadower)) return null;
  return { rule: shadower.rule, packets: leaving(shadower, end, reach) };
}

function leaving(shadower: RuleReference, end: RuleReference, reach: HookReach): Node {
  if (end === shadower) return reach.wanted(shadower);
  const calls = shadower.rule.targets.some((target) => 'chain' in target && target.chain === end.chain.name);
  // Nothing in the chain that is called comes before its first rule.
  if (!calls || end.rule.index !== 1) return reach.taken(end.rule);
  const both = { ...shadower, rule: { ...shadower.rule, matches: [...shadower.rule.matches, ...end.rule.matches] } };
  return reach.wanted(both);
}

function matchedRules(packet: Packet, { hooks }: HookReach): RuleReference[] {
  const matched: RuleReference[] = [];
  const observe = (where: RuleReference, outcome: string): void => {
    if (outcome === 'match') matched.push(where);
  };
  const traversal = new Traversal(hooks, initialState(completePacket(packet)), () => false, observe);
  const end = traversal.hook(packet.hook);
  if (end.kind === 'accept') traversal.hook(packet.hook === 'PREROUTING' ? 'INPUT' : 'POSTROUTING');
  return matched;
}

function ends({ rule }: RuleReference): boolean {
  return rule.targets.some(endsWay);
}
