import { parseNetwork } from '../../../model/address.ts';
import type { Family } from '../../../model/family.ts';
import type { Match } from '../../../model/match.ts';
import { protocolName, protocolNumber } from '../../../model/protocol.ts';
import type { Rule } from '../../../model/ruleset.ts';
import { addressInNumbers } from '../../names.ts';
import type { Line } from '../diagnostics.ts';
import { addRules, beginsNextTable, chainOf, type DraftTable, moveStrays } from '../draft-table.ts';
import { openTable, type Reader } from '../reader.ts';
import { readRuleLine } from '../rule-line.ts';
import { TARGET_MODULES, UNDECIDABLE_TARGETS } from '../targets/index.ts';
import { splitWords } from '../words.ts';
import { type Columns, type Row, readColumns, readRow } from './columns.ts';
import { type Extra, readExtra } from './extra.ts';
import { splitNot } from './grammar.ts';
import { unknownName } from './names.ts';
import { joinWords } from './quote.ts';

/** `Chain NAME (policy ACCEPT 1 packets, 2 bytes)` or `Chain NAME (3 references)`. False for anything else. */
export function readListChain(reader: Reader, line: Line, at: number): boolean {
  const match =
    /^Chain (\S+) \((?:policy (\S+?)(?: [0-9]+[KMGTP]? packets, [0-9]+[KMGTP]? bytes)?|([0-9]+) references)\)$/.exec(
      reader.text.slice(at, Math.min(line.end, at + 400)),
    );
  const [, name, policy, references] = match ?? [];
  if (name === undefined) return false;
  const { table } = reader;
  const current = table?.form === 'list' ? table : openTable(reader, 'list', null, line);
  const own = beginsNextTable(current, name) ? nextTable(reader, current, line) : current;
  declare(reader, own, line, name, policy);
  chainOf(own, name, line).references = references === undefined ? null : Number(references);
  reader.listChain = name;
  reader.columns = null;
  return true;
}

function nextTable(reader: Reader, table: DraftTable, line: Line): DraftTable {
  const next = openTable(reader, 'list', null, line);
  moveStrays(table, next);
  return next;
}

function declare(reader: Reader, table: DraftTable, line: Line, name: string, policy: string | undefined): void {
  const chain = chainOf(table, name, line);
  chain.declared = true;
  if (policy === 'ACCEPT' || policy === 'DROP') chain.policy = policy === 'DROP' ? 'drop' : 'accept';
  else if (policy !== undefined)
    reader.diagnostics.add('error', `"${policy}" is not a policy: expected ACCEPT or DROP`, line);
}

/** The header or a row of the chain whose listing is open. False when the line is neither. */
export function readListLine(reader: Reader, line: Line, at: number): boolean {
  const { table, listChain } = reader;
  if (table?.form !== 'list' || listChain === null) return false;
  const text = reader.text.slice(at, line.end);
  if (reader.columns === null) {
    reader.columns = readColumns(text);
    if (reader.columns?.verbose === false) table.hidesInterfaces ??= line;
    return reader.columns !== null;
  }
  checkNumber(reader, line, text, reader.columns);
  const row = readRow(text, reader.columns);
  if (row === null || isMisread(row)) return looksLikeRow(text) && refuse(reader, table, line, listChain, text);
  if (row.isAligned === true) table.aligned ??= line;
  if (row.isAligned === false) table.moved ??= line;
  addRow(reader, table, line, listChain, row);
  return true;
}

/** Rows are numbered from 1: a number that is not the next one shows that lines were left out, there and perhaps elsewhere. */
function checkNumber({ diagnostics }: Reader, line: Line, text: string, columns: Columns): void {
  const number = columns.numbers ? /^\s*([0-9]{1,9})\s/.exec(text.slice(0, 40))?.[1] : undefined;
  if (number === undefined) return;
  if (Number(number) !== columns.next)
    diagnostics.add('error', `this row has the number ${number}, and ${columns.next} would be the next`, line);
  columns.next = Number(number) + 1;
}

/** Interfaces have no slash in their names (dev_valid_name of the kernel): an address stands where one was looked for. */
function isMisread({ inInterface = '', outInterface = '' }: Row): boolean {
  return inInterface.includes('/') || outInterface.includes('/');
}

/** A line with the option column of a row, or that begins with counters. */
function looksLikeRow(text: string): boolean {
  return (
    /^\s*(?:\S+\s+){1,5}(?:--|-f|!f)\s/.test(text.slice(0, 300)) ||
    /^\s*[0-9]+[KMG]?\s+[0-9]+[KMG]?\s/.test(text.slice(0, 60))
  );
}

function refuse(reader: Reader, table: DraftTable, line: Line, chain: string, raw: string): true {
  reader.diagnostics.addLocated('error', 'this row does not have the columns that its header announces', line);
  const origin = { source: reader.options.source, line: line.number };
  const text = `-A ${chain} ${raw}`;
  addRules(table, chainOf(table, chain, line), [
    { index: 0, matches: [], targets: [{ kind: 'unknown', raw }], origin, text },
  ]);
  return true;
}

/** A row is written as the rule it shows, in the syntax of iptables, and then read like any other rule. */
function addRow(reader: Reader, table: DraftTable, line: Line, chain: string, row: Row): void {
  if (/[KMGTP]$/.test(reader.text.slice(line.start, line.end).trim().split(/\s+/, 3)[1] ?? '')) {
    reader.diagnostics.noteOnce('large counters are rounded in this listing: -x shows them exactly', line);
  }
  const extra = readExtra(row.extra, row.target);
  const args = [
    ...baseArguments(row, table.family ?? 'ipv4'),
    ...extra.matches.flatMap((piece) => (piece.kind === 'options' ? piece.args : [])),
  ];
  const raws = extra.matches.flatMap((piece) => (piece.kind === 'unknown' ? [piece.raw] : []));
  if (row.inInterface === undefined) raws.unshift('[interfaces not shown]');
  const target = targetArguments(row.target, extra, raws);
  const name = unknownName(args);
  if (name !== null) table.named ??= { line, name };
  for (const raw of raws.filter((text) => !text.startsWith('['))) {
    reader.diagnostics.add('note', `"${raw}" is not understood: whether the rule matches cannot be told`, line);
  }
  const rules = readWritten(reader, table, line, { chain, args, target, row });
  const complete = rules.map((rule) => withUnknown(rule, chain, { args, target, raws }));
  addRules(table, chainOf(table, chain, line), complete);
}

function baseArguments(row: Row, family: Family): string[] {
  return [
    ...address('-s', row.source, family),
    ...address('-d', row.destination, family),
    ...interfaceName('-i', row.inInterface),
    ...interfaceName('-o', row.outInterface),
    ...(row.protocol === 'all' || row.protocol === '0' ? [] : negatable('-p', protocolWord(row.protocol))),
    ...(row.fragment === '-f' ? ['-f'] : row.fragment === '!f' ? ['!', '-f'] : []),
  ];
}

/** With `-n` protocols are numbers, which a save writes as names. */
function protocolWord(word: string): string {
  const { not, value } = splitNot(word);
  const number = protocolNumber(value);
  return `${not.length > 0 ? '!' : ''}${number === null ? value : protocolName(number)}`;
}

function negatable(option: string, word: string): string[] {
  return word.startsWith('!') ? ['!', option, word.slice(1)] : [option, word];
}

/** Every address, which a listing writes out and a save leaves out. */
function address(option: string, shown: string, family: Family): string[] {
  if (shown === 'anywhere' || shown === '0.0.0.0/0' || shown === '::/0') return [];
  const word = addressInNumbers(shown, family);
  const name = word.replace(/^!/, '');
  const written =
    parseNetwork(name) !== null && !name.includes('/') ? `${word}/${name.includes(':') ? 128 : 32}` : word;
  return negatable(option, written);
}

function interfaceName(option: string, word: string | undefined): string[] {
  return word === undefined || word === '*' || word === 'any' || word === '+' ? [] : negatable(option, word);
}

/** The target as options. When its words could not be told from the matches', a target that lets go on loses nothing by that. */
function targetArguments(target: string | null, extra: Extra, raws: string[]): readonly string[] {
  if (target === null) return [];
  if (extra.goto) return ['-g', target];
  const known = TARGET_MODULES.has(target);
  if (extra.target !== null || !(known || UNDECIDABLE_TARGETS.has(target)))
    return ['-j', target, ...(extra.target ?? [])];
  if (known && TARGET_MODULES.get(target)?.repeats !== true) raws.push(`-j ${target}`);
  else return ['-j', target];
  return [];
}

interface Written {
  readonly chain: string;
  readonly args: readonly string[];
  readonly target: readonly string[];
  readonly row: Row;
}

function readWritten(
  reader: Reader,
  table: DraftTable,
  line: Line,
  { chain, args, target, row }: Written,
): readonly Rule[] {
  const { cursor } = reader;
  const count = reader.diagnostics.list.length;
  cursor.text = joinWords(['-A', chain, ...args, ...target]);
  splitWords(cursor.text, 0, cursor.text.length, cursor.words);
  const index = chainOf(table, chain, line).rules.length + 1;
  const rules = readRuleLine(reader, table, { line, chain, first: 2, index, counters: row.counters });
  // Offsets in the rule as we wrote it mean nothing in the text that was given.
  const found = reader.diagnostics.list.splice(count);
  for (const { severity, message } of found) reader.diagnostics.addLocated(severity, message, line);
  cursor.text = reader.text;
  return rules;
}

/** Adds what was not understood, and words of a target that could not be told apart become the target. */
function withUnknown(
  rule: Rule,
  chain: string,
  { args, target, raws }: { args: readonly string[]; target: readonly string[]; raws: readonly string[] },
): Rule {
  if (raws.length === 0) return rule;
  const lost = raws.filter((raw) => raw.startsWith('-j '));
  const unknown: readonly Match[] = raws
    .filter((raw) => !raw.startsWith('-j '))
    .map((raw) => ({ kind: 'unknown', raw }));
  const text = [
    joinWords(['-A', chain, ...args]),
    ...raws.filter((raw) => !raw.startsWith('-j ')),
    joinWords(target),
    ...lost,
  ];
  return {
    ...rule,
    matches: [...rule.matches, ...unknown],
    targets: [...rule.targets, ...lost.map((raw) => ({ kind: 'unknown', raw }) as const)],
    text: text.filter((part) => part !== '').join(' '),
  };
}
