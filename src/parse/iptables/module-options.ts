import type { Target } from '../../model/target.ts';
import { baseOption, jumpTo } from './base.ts';
import type { Cursor } from './cursor.ts';
import type { DraftRule } from './draft-rule.ts';
import { impliedModule, MATCH_MODULES } from './matches/index.ts';
import { TARGET_MODULES, UNDECIDABLE_TARGETS } from './targets/index.ts';
import { findOption, startOf, type Unit } from './unit.ts';
import { isOption } from './words.ts';

/** Reads `-m MODULE`, `-j TARGET` or `-g CHAIN`. False when the rule cannot be read. */
export function openUnit(cursor: Cursor, rule: DraftRule, option: 'match' | 'jump' | 'goto', word: string): boolean {
  const at = cursor.here();
  if (cursor.negated) return cursor.fail(`"!" cannot stand before ${word}`, at);
  const name = cursor.take(word);
  if (name === null) return false;
  if (cursor.negated) return cursor.fail(`"!" cannot stand behind ${word}`, at);
  const span = { from: at, to: cursor.words.ends[cursor.index] ?? at };
  cursor.index += 1;
  if (option === 'match') return openMatch(cursor, rule, name, span);
  if (rule.hasTarget) return cursor.fail('a rule has only one target', at);
  rule.hasTarget = true;
  if (option === 'goto') rule.targets.push(jumpTo(cursor.shared, 'goto', name));
  else openTarget(cursor, rule, name, span);
  return true;
}

/** More than anybody loads; a limit keeps a line of a million modules from costing the square of that. */
const MOST_UNITS = 256;

interface Span {
  readonly from: number;
  readonly to: number;
}

function openMatch(cursor: Cursor, rule: DraftRule, name: string, { from, to }: Span): boolean {
  if (rule.units.length >= MOST_UNITS) return cursor.fail(`more than ${MOST_UNITS} modules in one rule`, from);
  const module = MATCH_MODULES.get(name) ?? null;
  const unit: Unit =
    module === null
      ? { role: 'match', name, options: [], from, to, module, swept: [] }
      : { role: 'match', name, options: [], from, to, module };
  rule.units.push(unit);
  if (unit.module === null) {
    cursor.note(`the match module ${name} is not known: whether it matches cannot be told`, startOf(unit));
    sweep(cursor, unit);
  }
  return true;
}

const VERDICTS: ReadonlyMap<string, Target> = new Map([
  ['ACCEPT', { kind: 'accept' }],
  ['DROP', { kind: 'drop' }],
  ['RETURN', { kind: 'return' }],
]);

function openTarget(cursor: Cursor, rule: DraftRule, name: string, { from, to }: Span): void {
  const verdict = VERDICTS.get(name);
  const module = TARGET_MODULES.get(name);
  if (verdict !== undefined) rule.targets.push(verdict);
  else if (module !== undefined) rule.units.push({ role: 'target', name, options: [], from, to, module });
  else if (UNDECIDABLE_TARGETS.has(name) || optionsOfATargetFollow(cursor, rule)) {
    openUnknownTarget(cursor, rule, name, { from, to });
  } else rule.targets.push(jumpTo(cursor.shared, 'jump', name));
}

function openUnknownTarget(cursor: Cursor, rule: DraftRule, name: string, { from, to }: Span): void {
  const unit: Unit = { role: 'target', name, options: [], from, to, module: null, swept: [] };
  cursor.note(`the target ${name} is not known: what it does to a packet cannot be told`, startOf(unit));
  rule.units.push(unit);
  sweep(cursor, unit);
}

/** `-j NAME --option`: chains have no options, unless the option belongs to a match that was named before. */
function optionsOfATargetFollow(cursor: Cursor, rule: DraftRule): boolean {
  const next = cursor.words.values[cursor.index];
  if (next === undefined || !next.startsWith('--') || baseOption(next) !== undefined) return false;
  return resolve(rule, next.slice(2)) === null;
}

/** Words up to the next option of iptables itself belong to a module that we do not know. */
function sweep(cursor: Cursor, unit: Unit): void {
  const { values, starts, ends } = cursor.words;
  while (cursor.index < values.length) {
    const at = values[cursor.index] === '!' ? cursor.index + 1 : cursor.index;
    if (isOption(cursor.text, cursor.words, at) && baseOption(values[at] ?? '') !== undefined) return;
    unit.swept?.push(starts[cursor.index] ?? 0, ends[cursor.index] ?? 0);
    cursor.index += 1;
  }
}

/** Which module an option belongs to; one that `-p` brings along is not yet among the rule's units. */
function resolve(rule: DraftRule, name: string): { unit: Unit; name: string } | null {
  return findOption(rule.units, name) ?? resolveImplied(rule.protocol, name);
}

function resolveImplied(protocol: number, name: string): { unit: Unit; name: string } | null {
  const implied = impliedModule(protocol);
  const module = implied === undefined ? undefined : MATCH_MODULES.get(implied);
  if (implied === undefined || module === undefined) return null;
  return findOption([{ role: 'match', name: implied, options: [], from: 0, to: 0, module }], name);
}

/** Reads an option that is not iptables' own. False when the rule cannot be read. */
export function readModuleOption(cursor: Cursor, rule: DraftRule, word: string): boolean {
  const found = word.startsWith('--') ? resolve(rule, word.slice(2)) : null;
  if (found === null) return readUnknownOption(cursor, rule, word);
  const { unit, name } = found;
  if (!rule.units.includes(unit)) rule.units.push(unit);
  const at = cursor.here();
  const from = cursor.hereWithNegation();
  if (unit.module?.repeats !== true && unit.options.some((option) => option.name === name)) {
    return cursor.fail(`${word} is given twice`, at);
  }
  if (unit.options.length >= MOST_UNITS) return cursor.fail(`more than ${MOST_UNITS} options for one module`, at);
  const values = takeValues(cursor, word, unit.module?.options[name] ?? 0);
  if (values === null) return false;
  const negated = cursor.takeNegation();
  if (negated && unit.role === 'target') return cursor.fail(`"!" cannot stand before ${word}`, at);
  const option = { name, negated, values, at, from, to: cursor.words.ends[cursor.index - 1] ?? at };
  unit.options = unit.options.length === 0 ? [option] : [...unit.options, option];
  return true;
}

function takeValues(cursor: Cursor, word: string, count: number): readonly string[] | null {
  const values: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const value = cursor.take(word);
    if (value === null) return null;
    values[i] = value;
  }
  cursor.index += 1;
  return values;
}

/** Behind a module that we know completely it is a mistake; on its own it belongs to something we have not heard of. */
function readUnknownOption(cursor: Cursor, rule: DraftRule, word: string): boolean {
  const last = rule.units.at(-1);
  if (last !== undefined && last.module !== null)
    return cursor.fail(`${last.name} has no option ${word}`, cursor.here());
  const at = cursor.here();
  const from = cursor.hereWithNegation();
  const to = cursor.words.ends[cursor.index] ?? at;
  cursor.negated = false;
  const unit: Unit = { role: 'match', name: word, options: [], from, to, module: null, swept: [] };
  cursor.note(`the option ${word} is not known: whether the rule matches cannot be told`, at);
  rule.units.push(unit);
  cursor.index += 1;
  sweep(cursor, unit);
  return true;
}
