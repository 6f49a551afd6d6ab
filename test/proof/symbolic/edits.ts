import { addressBits, network, prefixLength } from '../../../src/model/address.ts';
import type { Family } from '../../../src/model/family.ts';
import type { Match } from '../../../src/model/match.ts';
import { TCP, UDP } from '../../../src/model/protocol.ts';
import type { Hook, Rule, Ruleset } from '../../../src/model/ruleset.ts';
import type { Target } from '../../../src/model/target.ts';
import type { Dice } from './dice.ts';
import { foreignRule, foreignTarget } from './foreign.ts';
import { type Place, placesOf, withRules } from './place.ts';
import { otherValue } from './values.ts';

/** A change of the chain that a rule stands in, or null when it cannot be made there. */
type Edit = (place: Place, dice: Dice) => readonly Rule[] | null;

/** Turns one rule into others. */
const replacing =
  (edit: (place: Place, dice: Dice) => readonly Rule[] | null): Edit =>
  (place, dice) => {
    const instead = edit(place, dice);
    return instead && place.chain.rules.toSpliced(place.at, 1, ...instead);
  };

/** What people and programs do to rules, by the name under which a proof reports it. */
export const RULE_EDITS: Readonly<Record<string, Edit>> = {
  delete: replacing(() => []),
  duplicate: ({ chain, rule }, dice) => chain.rules.toSpliced(dice.below(chain.rules.length + 1), 0, rule),
  swap: ({ chain, at, rule }) => {
    const next = chain.rules[at + 1];
    return next ? chain.rules.toSpliced(at, 2, next, rule) : null;
  },
  move: ({ chain, at, rule }, dice) =>
    chain.rules.length < 2 ? null : chain.rules.toSpliced(at, 1).toSpliced(dice.below(chain.rules.length), 0, rule),
  value: replacing(({ rule }, dice) => {
    const changed = otherValue(rule, dice);
    return changed && [changed];
  }),
  foreign: replacing((place, dice) => [foreignRule(place, dice), place.rule]),
  negate: replacing(({ rule }, dice) => {
    const ways = rule.matches.flatMap((match, at) => {
      const turned = inverted(match);
      return turned ? [{ ...rule, matches: rule.matches.with(at, turned) }] : [];
    });
    return ways.length === 0 ? null : [dice.pick(ways)];
  }),
  widen: replacing(({ rule }, dice) => {
    if (rule.matches.length === 0) return null;
    return [{ ...rule, matches: rule.matches.toSpliced(dice.below(rule.matches.length), 1) }];
  }),
  target: replacing((place, dice) => [{ ...place.rule, targets: [foreignTarget(place, dice)] }]),
  'drop jump': replacing(({ rule }) => (rule.targets.some(isJump) ? [] : null)),
  goto: replacing(({ rule }) => {
    if (!rule.targets.some(isJump)) return null;
    return [{ ...rule, targets: rule.targets.map((one) => (isJump(one) ? { ...one, kind: 'goto' } : one)) }];
  }),
  'split ports': replacing(({ rule }, dice) => splitPorts(rule, dice)),
  'split addresses': replacing(({ table, rule }, dice) =>
    table.family === 'inet' ? null : splitAddresses(rule, table.family, dice),
  ),
};

/** Changes of more than one chain, or of no rule. */
export const OTHER_EDITS: Readonly<Record<string, (ruleset: Ruleset, place: Place) => Ruleset | null>> = {
  policy: (ruleset, place) => {
    const chains = place.table.chains.filter(({ base }) => base && base.type !== 'nat' && isWatched(base.hook));
    const chain = chains[place.at % Math.max(1, chains.length)];
    if (!chain?.base) return null;
    const policy = chain.base.policy === 'accept' ? 'drop' : 'accept';
    return withChains(ruleset, place, (one) =>
      one === chain && one.base ? { ...one, base: { ...one.base, policy } } : one,
    );
  },
  rename: (ruleset, place) => {
    const names = place.rule.targets.flatMap((target) =>
      target.kind === 'jump' || target.kind === 'goto' ? [target.chain] : [],
    );
    const [name] = names;
    if (name === undefined) return null;
    const called = (text: string) => (text === name ? `${name.slice(0, 20)}_RENAMED` : text);
    return withChains(ruleset, place, (chain) => ({
      ...chain,
      name: called(chain.name),
      rules: chain.rules.map((rule) => ({
        ...rule,
        targets: rule.targets.map((one) => ('chain' in one ? { ...one, chain: called(one.chain) } : one)),
      })),
    }));
  },
};

type ChainOf = Place['chain'];

function withChains(ruleset: Ruleset, { table }: Place, change: (chain: ChainOf) => ChainOf): Ruleset {
  return { tables: ruleset.tables.map((one) => (one === table ? { ...one, chains: one.chains.map(change) } : one)) };
}

/** A ruleset after one edit, and the edit's name. */
export interface Edited {
  readonly ruleset: Ruleset;
  readonly edit: string;
}

/** Makes one edit somewhere; nothing can be edited in a ruleset without rules. */
export function edited(ruleset: Ruleset, dice: Dice): Edited {
  const places = placesOf(ruleset).filter(({ hook }) => isWatched(hook));
  const names = [...Object.keys(RULE_EDITS), 'value', 'value', 'foreign', 'foreign', ...Object.keys(OTHER_EDITS)];
  for (let tries = 0; tries < 30 && places.length > 0; tries += 1) {
    const place = dice.pick(places);
    const edit = dice.pick(names);
    const rules = RULE_EDITS[edit]?.(place, dice);
    const changed = rules ? withRules(ruleset, place.chain, rules) : OTHER_EDITS[edit]?.(ruleset, place);
    if (changed) return { ruleset: changed, edit };
  }
  return { ruleset, edit: 'none' };
}

/** The kernel harness sees what these hooks do. */
function isWatched(hook: Hook): boolean {
  return hook === 'PREROUTING' || hook === 'OUTPUT';
}

function isJump(target: Target): target is Extract<Target, { kind: 'jump' | 'goto' }> {
  return target.kind === 'jump';
}

function inverted(match: Match): Match | null {
  if ('negated' in match) return { ...match, negated: !match.negated };
  switch (match.kind) {
    case 'tcp':
    case 'udp':
      return match.destinationPort
        ? { ...match, destinationPort: { ...match.destinationPort, negated: !match.destinationPort.negated } }
        : null;
    case 'owner':
      return match.uid ? { ...match, uid: { ...match.uid, negated: !match.uid.negated } } : null;
    case 'conntrack':
      return match.states ? { ...match, states: { ...match.states, negated: !match.states.negated } } : null;
    default:
      return null;
  }
}

/** One rule becomes two: for the ports below a border and for the rest. */
function splitPorts(rule: Rule, dice: Dice): readonly Rule[] | null {
  const protocol = rule.matches.find((match) => match.kind === 'protocol' && !match.negated);
  const number = protocol?.kind === 'protocol' ? protocol.protocol : 0;
  const hasPorts = rule.matches.some(({ kind }) => kind === 'tcp' || kind === 'udp' || kind === 'multiport');
  if (hasPorts || (number !== TCP && number !== UDP)) return null;
  const border = dice.pick([1024, 8080, 15001]);
  const half = (from: number, to: number): Rule => ({
    ...rule,
    matches: [
      ...rule.matches,
      { kind: number === TCP ? 'tcp' : 'udp', destinationPort: { negated: false, value: [{ from, to }] } },
    ],
  });
  return [half(0, border - 1), half(border, 65535)];
}

/** One rule becomes two: for the lower and the upper half of its destinations. */
function splitAddresses(rule: Rule, family: Family, dice: Dice): readonly Rule[] | null {
  const at = rule.matches.findIndex(({ kind }) => kind === 'destination');
  const own = rule.matches[at];
  if (own?.kind === 'destination' && own.negated) return null;
  const whole = own?.kind === 'destination' ? own.network : network(family, 0n, 0);
  const length = prefixLength(family, whole.mask);
  if (length === null || length === addressBits(family)) return null;
  const middle = whole.address | (1n << BigInt(addressBits(family) - length - 1));
  const halves = [whole.address, middle].map((address): Rule => {
    const match: Match = { kind: 'destination', negated: false, network: network(family, address, length + 1) };
    return { ...rule, matches: at < 0 ? [match, ...rule.matches] : rule.matches.with(at, match) };
  });
  return dice.oneIn(2) ? halves : halves.toReversed();
}
