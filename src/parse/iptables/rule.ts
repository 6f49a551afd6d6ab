import type { Match } from '../../model/match.ts';
import { baseOption } from './base.ts';
import { readBaseOption } from './base-options.ts';
import type { Cursor } from './cursor.ts';
import { type DraftRule, emptyRule } from './draft-rule.ts';
import { isTrouble, type Trouble } from './module.ts';
import { openUnit, readModuleOption } from './module-options.ts';
import { rawText, startOf, type Unit } from './unit.ts';
import { isOption } from './words.ts';

/** A rule whose modules have been turned into matches. */
export interface ReadRule {
  readonly draft: DraftRule;
  /** Every list of matches that the rule stands for: more than one when addresses were given as lists. */
  readonly alternatives: readonly (readonly Match[])[];
}

/** How many rules one line may stand for; two long lists would otherwise fill the memory. */
const MOST_RULES = 10_000;

/**
 * Reads the words of a rule from `first` on, behind `-A CHAIN`. Null when it cannot be read: the cursor's problems then hold an error.
 * Unknown modules, options and targets are kept as they were written, with a note.
 */
export function readRule(cursor: Cursor, first: number): ReadRule | null {
  cursor.start(first);
  const draft = emptyRule();
  while (cursor.index < cursor.words.values.length) {
    if (!readWord(cursor, draft)) return null;
  }
  if (cursor.negated) {
    cursor.fail('"!" with nothing behind it', cursor.lineEnd());
    return null;
  }
  const modules: Match[] = draft.odd;
  for (const unit of draft.units) {
    if (!buildUnit(cursor, draft, unit, modules)) return null;
  }
  const count = Math.max(1, draft.sources.length) * Math.max(1, draft.destinations.length);
  if (count > MOST_RULES) {
    cursor.fail(
      `the lists of addresses stand for ${count} rules, more than ${MOST_RULES}`,
      cursor.words.starts[first] ?? 0,
    );
    return null;
  }
  return { draft, alternatives: multiply(draft, modules) };
}

function readWord(cursor: Cursor, rule: DraftRule): boolean {
  const word = cursor.words.values[cursor.index] ?? '';
  if (word === '!' && !cursor.negated) {
    cursor.negated = true;
    cursor.index += 1;
    return true;
  }
  if (!isOption(cursor.text, cursor.words, cursor.index)) {
    return cursor.fail(`unexpected "${word}": an option was expected`, cursor.here());
  }
  const option = baseOption(word);
  if (option === undefined) return cursor.splitGlued(word) || readModuleOption(cursor, rule, word);
  if (option === 'match' || option === 'jump' || option === 'goto') return openUnit(cursor, rule, option, word);
  return readBaseOption(cursor, rule, option, word);
}

function buildUnit(cursor: Cursor, rule: DraftRule, unit: Unit, modules: Match[]): boolean {
  const family = cursor.family ?? 'ipv4';
  if (unit.role === 'match') {
    const match = unit.module?.build(unit.options, family) ?? unknown(cursor, unit);
    if (!isTrouble(match)) modules.push(match);
    else if (isError(cursor, unit, match)) return false;
    else modules.push(unknown(cursor, unit));
  } else {
    const target = unit.module?.build(unit.options, family) ?? unknown(cursor, unit);
    if (!isTrouble(target)) rule.targets.push(target);
    else if (isError(cursor, unit, target)) return false;
    else rule.targets.push(unknown(cursor, unit));
  }
  return true;
}

function unknown(cursor: Cursor, unit: Unit): { readonly kind: 'unknown'; readonly raw: string } {
  return { kind: 'unknown', raw: rawText(cursor.text, unit) };
}

function isError(cursor: Cursor, unit: Unit, trouble: Trouble): boolean {
  const at = trouble.at === 0 ? startOf(unit) : trouble.at;
  cursor.problems.push({ severity: trouble.severity, message: trouble.message, at });
  return trouble.severity === 'error';
}

/** `-s a,b -d c,d` is four rules, sources outermost, as iptables loads them. */
function multiply(rule: DraftRule, modules: readonly Match[]): readonly (readonly Match[])[] {
  const { sources, destinations } = rule;
  if (sources.length < 2 && destinations.length < 2) return [together(rule, modules, sources[0], destinations[0])];
  return orNone(sources).flatMap((source) =>
    orNone(destinations).map((destination) => together(rule, modules, source, destination)),
  );
}

function orNone(matches: readonly Match[]): readonly (Match | undefined)[] {
  return matches.length === 0 ? [undefined] : matches;
}

function together(
  rule: DraftRule,
  modules: readonly Match[],
  source: Match | undefined,
  destination: Match | undefined,
): readonly Match[] {
  const matches: Match[] = [];
  if (source !== undefined && restricts(source)) matches.push(source);
  if (destination !== undefined && restricts(destination)) matches.push(destination);
  for (const match of rule.base) if (match !== undefined) matches.push(match);
  for (const match of modules) matches.push(match);
  // An array that grew has room for 17; the copy has room for what is in it.
  return matches.slice();
}

/** The kernel keeps no address for `-s 0.0.0.0/0`, and prints none. */
function restricts(match: Match): boolean {
  return match.kind === 'unknown' || !('network' in match) || match.network.mask !== 0n || match.negated;
}
