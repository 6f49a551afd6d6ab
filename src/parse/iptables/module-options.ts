import type { Target } from '../../model/target.ts';
import { baseOption, jumpTo } from './base.ts';
import type { Cursor } from './cursor.ts';
import { appended, type DraftRule } from './draft-rule.ts';
import { impliedModule, MATCH_MODULES } from './matches/index.ts';
import { TARGET_MODULES, UNDECIDABLE_TARGETS } from './targets/index.ts';
import { type FoundOption, findOption, startOf, type Unit } from './unit.ts';
import { isOption } from './words.ts';

/** Reads `-m MODULE`, `-j TARGET` or `-g CHAIN`. False when the rule cannot be read. */
export function openUnit(cursor: Cursor, rule: DraftRule, option: 'match' | 'jump' | 'goto', word: string): boolean {
  const at = cursor.here();
  if (cursor.negated) return cursor.fail(`"!" cannot come before ${word}`, at);
  const name = cursor.take(word);
  if (name === null) return false;
  if (cursor.negated) return cursor.fail(`"!" cannot come after ${word}`, at);
  const to = cursor.words.ends[cursor.index] ?? at;
  cursor.index += 1;
  if (option === 'match') return openMatch(cursor, rule, name, { from: at, to });
  if (rule.hasTarget) return cursor.fail('a rule has only one target', at);
  rule.hasTarget = true;
  if (option === 'goto') rule.targets = jumpTo(cursor.shared, 'goto', name);
  else openTarget(cursor, rule, name, { from: at, to });
  return true;
}

/** More than anybody loads; a limit keeps a line of a million modules from costing the square of that. */
const MOST_UNITS = 256;

const NONE: readonly never[] = [];

interface Span {
  readonly from: number;
  readonly to: number;
}

function openMatch(cursor: Cursor, rule: DraftRule, name: string, { from, to }: Span): boolean {
  if (rule.units.length >= MOST_UNITS) return cursor.fail(`more than ${MOST_UNITS} modules in one rule`, from);
  if (!/^[\w-]+$/.test(name)) return cursor.fail(`${name} is no match module`, from);
  const module = MATCH_MODULES.get(name) ?? null;
  const unit: Unit = { role: 'match', name, options: NONE, from, to, module, swept: module === null ? [] : null };
  rule.units = appended(rule.units, unit);
  if (unit.module === null) {
    cursor.note(`the match module ${name} is not known: whether it matches cannot be told`, startOf(unit));
    sweep(cursor, unit);
  }
  return true;
}

const VERDICTS: ReadonlyMap<string, readonly Target[]> = new Map([
  ['ACCEPT', [{ kind: 'accept' }]],
  ['DROP', [{ kind: 'drop' }]],
  ['RETURN', [{ kind: 'return' }]],
]);

function openTarget(cursor: Cursor, rule: DraftRule, name: string, { from, to }: Span): void {
  const verdict = VERDICTS.get(name);
  const module = TARGET_MODULES.get(name);
  if (verdict !== undefined) rule.targets = verdict;
  else if (module !== undefined) {
    rule.units = appended(rule.units, { role: 'target', name, options: NONE, from, to, module, swept: null });
  } else if (UNDECIDABLE_TARGETS.has(name) || optionsOfATargetFollow(cursor, rule)) {
    openUnknownTarget(cursor, rule, name, { from, to });
  } else rule.targets = jumpTo(cursor.shared, 'jump', name);
}

function openUnknownTarget(cursor: Cursor, rule: DraftRule, name: string, { from, to }: Span): void {
  const unit: Unit = { role: 'target', name, options: NONE, from, to, module: null, swept: [] };
  cursor.note(`the target ${name} is not known: what it does to a packet cannot be told`, startOf(unit));
  rule.units = appended(rule.units, unit);
  sweep(cursor, unit);
}

/** `-j NAME --option`: chains have no options, unless the option belongs to a match that was named before. */
function optionsOfATargetFollow(cursor: Cursor, rule: DraftRule): boolean {
  const next = cursor.words.at(cursor.index);
  if (next === undefined || !next.startsWith('--') || baseOption(next) !== undefined) return false;
  return resolve(rule, next) === null;
}

/** Words up to the next option of iptables itself belong to a module that we do not know. */
function sweep(cursor: Cursor, unit: Unit): void {
  const { words } = cursor;
  while (cursor.index < words.count) {
    const at = words.at(cursor.index) === '!' ? cursor.index + 1 : cursor.index;
    if (isOption(cursor.text, words, at) && baseOption(words.at(at) ?? '') !== undefined) return;
    unit.swept?.push(words.starts[cursor.index] ?? 0, words.ends[cursor.index] ?? 0);
    cursor.index += 1;
  }
}

/** Which module an option belongs to; one that `-p` brings along is not yet among the rule's units. */
function resolve(rule: DraftRule, word: string): FoundOption | null {
  return findOption(rule.units, word) ?? resolveImplied(rule.protocol, word);
}

function resolveImplied(protocol: number, word: string): FoundOption | null {
  const implied = impliedModule(protocol);
  const module = implied === undefined ? undefined : MATCH_MODULES.get(implied);
  if (implied === undefined || module === undefined) return null;
  return findOption([{ role: 'match', name: implied, options: NONE, from: 0, to: 0, module, swept: null }], word);
}

/** Reads an option that is not iptables' own. False when the rule cannot be read. */
export function readModuleOption(cursor: Cursor, rule: DraftRule, word: string): boolean {
  const found = word.startsWith('--') ? resolve(rule, word) : null;
  if (found === null) return readUnknownOption(cursor, rule, word);
  const { unit } = found;
  const { name } = found.option;
  if (!rule.units.includes(unit)) rule.units = appended(rule.units, unit);
  const at = cursor.here();
  const from = cursor.hereWithNegation();
  if (unit.module?.repeats !== true && unit.options.some((option) => option.name === name)) {
    return cursor.fail(`${word} is given twice`, at);
  }
  if (unit.options.length >= MOST_UNITS) return cursor.fail(`more than ${MOST_UNITS} options for one module`, at);
  const values = takeValues(cursor, word, found.option.words);
  if (values === null) return false;
  const negated = cursor.takeNegation();
  if (negated && unit.role === 'target') return cursor.fail(`"!" cannot come before ${word}`, at);
  const option = { name, negated, values, at, from, to: cursor.words.ends[cursor.index - 1] ?? at };
  unit.options = appended(unit.options, option);
  return true;
}

function takeValues(cursor: Cursor, word: string, count: number): readonly string[] | null {
  let values: readonly string[] = NONE;
  for (let i = 0; i < count; i += 1) {
    const value = cursor.take(word);
    if (value === null) return null;
    values = appended(values, value);
  }
  cursor.index += 1;
  return values;
}

/** After a module that we know completely it is a mistake; on its own it belongs to something we have not heard of. */
function readUnknownOption(cursor: Cursor, rule: DraftRule, word: string): boolean {
  const last = rule.units.at(-1);
  if (!/^--[\w-]+$/.test(word)) return cursor.fail(`${word} is no option`, cursor.here());
  if (last !== undefined && last.module !== null)
    return cursor.fail(`${last.name} has no option ${word}`, cursor.here());
  const at = cursor.here();
  const from = cursor.hereWithNegation();
  const to = cursor.words.ends[cursor.index] ?? at;
  cursor.negated = false;
  const unit: Unit = { role: 'match', name: word, options: NONE, from, to, module: null, swept: [] };
  cursor.note(`the option ${word} is not known: whether the rule matches cannot be told`, at);
  rule.units = appended(rule.units, unit);
  cursor.index += 1;
  sweep(cursor, unit);
  return true;
}
