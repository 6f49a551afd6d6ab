import type { Rule, RuleReference, Table } from '../model/ruleset.ts';
import { freeTexts, freeTextsOfTarget } from '../print/free-text.ts';
import { ruleWords } from '../print/iptables/words.ts';
import { nftDeleteRule, nftPlace, nftRuleWords } from '../print/nft/commands.ts';
import type { Home } from './edits.ts';
import type { Standing } from './standing.ts';

/** A command as words, or null where there is none that is safe to paste. */
export type Argv = readonly string[] | null;

/** How a command names the rule that it deletes. */
export interface Deletion {
  readonly argv: Argv;
  readonly by: 'rule' | 'position' | 'handle' | 'nothing';
}

/**
 * The command that deletes the rule at a position (from 0). By what it says where that is plain and means this rule alone,
 * so that it does not matter what was changed before; else by its number.
 */
export function deleteCommand(home: Home, rules: readonly Standing[], at: number): Deletion {
  const { table, chain } = home;
  const rule = rules[at];
  if (rule?.handle !== undefined) return { argv: nftDeleteRule(home, rule.handle), by: 'handle' };
  if (rule === undefined || table.backend === 'nftables') return { argv: null, by: 'nothing' };
  const spec = isFirst(rules, at) ? plainSpec(rule) : null;
  const command = [toolOf(table), '-t', table.name, '-D', chain.name];
  if (spec !== null) return { argv: [...command, ...spec], by: 'rule' };
  return { argv: [...command, String(at + 1)], by: 'position' };
}

/** iptables deletes the first of several rules that say the same. */
function isFirst(rules: readonly Standing[], at: number): boolean {
  return rules.findIndex(({ text }) => text === rules[at]?.text) === at;
}

/** What iptables printed of a rule, if it is sure to take it back. What nft or a list of rules shows is another form. */
function plainSpec({ rule }: Standing): readonly string[] | null {
  const chosen = [...rule.matches.flatMap(freeTexts), ...rule.targets.flatMap(freeTextsOfTarget)];
  const isPlain = rule.text.startsWith('-A ') && chosen.every((text) => text !== null && PLAIN.test(text));
  return isPlain ? ruleWords(rule) : null;
}

/** Nothing that a shell, a terminal or the parser of options could take for something else, quoted or not. */
const PLAIN = /^(?:[A-Za-z0-9_.:/@%+=,][A-Za-z0-9 _.:/@%+=,-]*)?$/;

/** The command that puts a rule of Istio's at a position (from 0) of a chain of the pod that has `length` rules by then. */
export function insertCommand(home: Home, { rule }: RuleReference, position: number, length: number): Argv {
  const { table, chain } = home;
  if (table.backend !== 'nftables') {
    const spec = ruleWords(rule);
    return spec && [toolOf(table), '-t', table.name, '-I', chain.name, String(position + 1), ...spec];
  }
  const [place, words] = [nftPlace(home), nftRuleWords(rule)];
  if (place === null || words === null) return null;
  // nft inserts before a rule that is there.
  const where = position < length ? `insert rule ${place} index ${position}` : `add rule ${place}`;
  return ['nft', `${where} ${words}`];
}

/**
 * The command that writes a native chain anew, in one transaction, so that no packet meets it empty: where handles are
 * not known, no single rule can be moved.
 */
export function rewriteCommand(home: Home, rules: readonly Standing[]): Argv {
  const place = nftPlace(home);
  const words = rules.map(({ rule }) => nftRuleWords(rule));
  if (place === null || words.includes(null)) return null;
  return ['nft', [`flush chain ${place}`, ...words.map((one) => `add rule ${place} ${one}`)].join('; ')];
}

/** The command that puts a rule behind all others of a chain. */
export function appendCommand(home: Home, rule: Rule): Argv {
  const { table, chain } = home;
  if (table.backend !== 'nftables' && chain.name === chain.base?.hook) {
    const spec = ruleWords(rule);
    return spec && [toolOf(table), '-t', table.name, '-A', chain.name, ...spec];
  }
  const [place, words] = [nftPlace(home), nftRuleWords(rule)];
  return place === null || words === null ? null : ['nft', `add rule ${place} ${words}`];
}

/** The program that writes to the table: the variant that holds it, and the family. */
function toolOf({ backend, family }: Table): string {
  const base = family === 'ipv6' ? 'ip6tables' : 'iptables';
  return backend === 'iptables' || backend === 'nftables' ? base : base + backend.slice('iptables'.length);
}
