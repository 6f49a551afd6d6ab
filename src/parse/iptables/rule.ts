import { INPUT_LIMITS } from '../../model/limits.ts';
import type { Match } from '../../model/match.ts';
import { baseOption, share } from './base.ts';
import { readBaseOption } from './base-options.ts';
import type { Cursor } from './cursor.ts';
import { appended, type DraftRule, emptyRule } from './draft-rule.ts';
import { isTrouble, type Trouble } from './module.ts';
import { openUnit, readModuleOption } from './module-options.ts';
import { type MatchUnit, rawText, startOf, type Unit, wholeText } from './unit.ts';
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
 * Reads the words of a rule from `first` on, after `-A CHAIN`. Null when it cannot be read: the cursor's problems then
 * hold an error. Unknown modules, options and targets are kept as they were written, with a note.
 */
export function readRule(cursor: Cursor, first: number): ReadRule | null {
  cursor.start(first);
  if (cursor.words.count > INPUT_LIMITS.wordsOfRule) {
    cursor.fail(`the rule has more than ${INPUT_LIMITS.wordsOfRule} words`, cursor.here());
    return null;
  }
  const draft = emptyRule();
  while (cursor.index < cursor.words.count) {
    if (!readWord(cursor, draft)) return null;
  }
  if (cursor.negated) {
    cursor.fail('"!" with nothing after it', cursor.lineEnd());
    return null;
  }
  for (const unit of draft.units) {
    if (!buildUnit(cursor, draft, unit)) return null;
  }
  const count = Math.max(1, draft.source.length) * Math.max(1, draft.destination.length);
  if (count > MOST_RULES) {
    cursor.fail(`the lists of addresses stand for ${count} rules, more than ${MOST_RULES}`, cursor.words.start(first));
    return null;
  }
  return { draft, alternatives: multiply(cursor, draft) };
}

function readWord(cursor: Cursor, rule: DraftRule): boolean {
  const word = cursor.words.at(cursor.index) ?? '';
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

function buildUnit(cursor: Cursor, rule: DraftRule, unit: Unit): boolean {
  if (unit.role === 'match') {
    const match = buildMatch(cursor, unit);
    if (match === null) return false;
    rule.modules = appended(rule.modules, match);
  } else {
    const target = unit.module?.build(unit.options, cursor.family ?? 'ipv4') ?? unknown(cursor, unit);
    if (isTrouble(target) && isError(cursor, unit, target)) return false;
    rule.targets = [isTrouble(target) ? unknown(cursor, unit) : target];
  }
  return true;
}

function buildMatch(cursor: Cursor, unit: MatchUnit): Match | null {
  const text = wholeText(cursor.text, unit);
  const known = text === null ? undefined : cursor.shared.matches.get(text);
  if (known !== undefined) return known;
  const match = unit.module?.build(unit.options, cursor.family ?? 'ipv4') ?? unknown(cursor, unit);
  if (!isTrouble(match)) return text === null ? match : share(cursor.shared.matches, text, match);
  return isError(cursor, unit, match) ? null : unknown(cursor, unit);
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
function multiply(cursor: Cursor, rule: DraftRule): readonly (readonly Match[])[] {
  const { source, destination } = rule;
  if (source.length < 2 && destination.length < 2) return [together(cursor, rule, source[0], destination[0])];
  return orNone(source).flatMap((from) => orNone(destination).map((to) => together(cursor, rule, from, to)));
}

function orNone(matches: readonly Match[]): readonly (Match | undefined)[] {
  return matches.length === 0 ? [undefined] : matches;
}

/** All matches of a rule in the order in which iptables prints them. */
function together(
  { matches }: Cursor,
  rule: DraftRule,
  source: Match | undefined,
  destination: Match | undefined,
): readonly Match[] {
  let count = 0;
  const put = (match: Match) => {
    matches[count] = match;
    count += 1;
  };
  if (source !== undefined && restricts(source)) put(source);
  if (destination !== undefined && restricts(destination)) put(destination);
  if (rule.inInterface !== null) put(rule.inInterface);
  if (rule.outInterface !== null) put(rule.outInterface);
  if (rule.protocolMatch !== null) put(rule.protocolMatch);
  if (rule.fragment !== null) put(rule.fragment);
  for (const match of rule.modules) put(match);
  return matches.slice(0, count);
}

/** The kernel keeps no address for `-s 0.0.0.0/0`, and prints none. */
function restricts(match: Match): boolean {
  return match.kind === 'unknown' || !('network' in match) || match.network.mask !== 0n || match.negated;
}
