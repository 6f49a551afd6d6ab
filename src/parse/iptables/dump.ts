import type { Counters, Policy } from '../../model/ruleset.ts';
import type { Line } from './diagnostics.ts';
import { addRules, beginsNextTable, chainOf, type DraftTable, moveStrays } from './draft-table.ts';
import { closeTable, openTable, type Reader } from './reader.ts';
import { readRuleLine } from './rule-line.ts';
import { splitWords } from './words.ts';

/** `*nat`: a table of a save begins. `* nat`, with a blank, is how Istio writes what it hands to iptables-restore. */
export function readTableLine(reader: Reader, line: Line, at: number): boolean {
  const name = reader.text.slice(at + 1, line.end).trim();
  if (!/^[a-z0-9_-]{1,32}$/.test(name)) return false;
  const repeated = reader.tables.some((table) => table.group === reader.group && table.name === name);
  if (repeated) reader.group += 1;
  const table = openTable(reader, 'save', name, line);
  // iptables-restore knows the built-in chains, so this text need not declare any; a save does.
  table.restoreInput = /\s/.test(reader.text[at + 1] ?? '');
  return true;
}

/** `COMMIT`. */
export function readCommit(reader: Reader, line: Line): void {
  // The end of a table without its head: what stood between was lost, and the rules in front of this may be of any table.
  if (reader.table?.open !== true)
    reader.diagnostics.add('error', 'this COMMIT ends a table whose head is not there: lines were lost', line);
  if (reader.table !== null) reader.table.open = false;
  closeTable(reader, line);
}

/** Text for iptables-restore may leave them out. */
const COUNTERS = /^(?:\[\d+:\d+\])?$/;

/** `:CHAIN POLICY [packets:bytes]`. False when the line is none, or stands outside a table. */
export function readChainLine(reader: Reader, line: Line, at: number): boolean {
  const { table } = reader;
  if (table?.form !== 'save') return false;
  const [name = '', policy = '', ...rest] = reader.text
    .slice(at + 1, line.end)
    .trim()
    .split(/[ \t]+/);
  if (name === '' || policy === '') {
    const message = 'a chain needs a name and a policy, or "-" for none';
    if (isCutHere(reader, line)) reader.diagnostics.addLocated('error', message, line, at);
    else reader.diagnostics.add('error', message, line, at);
    return true;
  }
  if (!COUNTERS.test(rest.join(' ')) && !isCutHere(reader, line)) {
    reader.diagnostics.add('error', 'only its counters may follow the policy of a chain', line, at);
  }
  declare(reader, table, line, { at, name, policy: policy === '-' ? null : policy });
  return true;
}

interface Declaration {
  readonly at: number;
  readonly name: string;
  readonly policy: string | null;
}

function declare(reader: Reader, table: DraftTable, line: Line, { at, name, policy }: Declaration): void {
  const chain = chainOf(table, name, line);
  if (chain.declared) reader.diagnostics.add('error', `the chain ${name} is declared twice`, line, at);
  chain.declared = true;
  chain.policy = policy === null ? null : readPolicy(reader, line, at, policy);
  chain.policyLost = policy !== null && chain.policy === null;
}

/** A policy that is neither stays unknown and is reported: taking ACCEPT for granted could hide a DROP. */
function readPolicy(reader: Reader, line: Line, at: number, policy: string): Policy | null {
  if (policy === 'ACCEPT') return 'accept';
  if (policy === 'DROP') return 'drop';
  reader.diagnostics.addLocated('error', `"${policy}" is not a policy: expected ACCEPT or DROP`, line, at);
  return null;
}

const CHANGES: ReadonlySet<string> = new Set([
  '-D',
  '--delete',
  '-F',
  '--flush',
  '-X',
  '--delete-chain',
  '-Z',
  '--zero',
  '-R',
  '--replace',
  '-E',
  '--rename-chain',
  '-I',
  '--insert',
]);

/**
 * A line that begins with a dash: `-P`, `-N`, `-A`, and the commands that only change rules. False when it is none of them.
 * `counters` stood in front (`[12:345] -A …`).
 */
export function readCommandLine(reader: Reader, line: Line, at: number, counters?: Counters): boolean {
  const { words } = reader.cursor;
  reader.cursor.text = reader.text;
  const open = splitWords(reader.text, at, line.end, words);
  const command = words.at(0) ?? '';
  switch (command) {
    case '-A':
    case '--append':
      return append(reader, line, open, counters);
    case '-P':
    case '--policy':
      return policyLine(reader, line, at);
    case '-N':
    case '--new-chain':
      return newChainLine(reader, line, at);
    default:
      return CHANGES.has(command) && changeLine(reader, line, at, open);
  }
}

function append(reader: Reader, line: Line, open: number, counters: Counters | undefined): boolean {
  const name = reader.cursor.words.at(1);
  if (name === undefined && open < 0) {
    const message = '-A needs the name of a chain';
    if (isCutHere(reader, line)) reader.diagnostics.addLocated('error', message, line);
    else reader.diagnostics.add('error', message, line);
    return true;
  }
  const table =
    reader.table !== null && reader.table.form !== 'list' ? reader.table : openTable(reader, 'list-rules', null, line);
  addRule(reader, table, line, { name: name ?? '', open, first: 2, counters });
  return true;
}

/** Whether a save ends with this line: then its table has no end, and the gap that is left covers the line. */
function isCutHere({ table, text }: Reader, line: Line): boolean {
  return table?.open === true && text.slice(line.end).trim() === '';
}

interface AddedRule {
  readonly name: string;
  /** Offset of a quote that is not closed, or -1. */
  readonly open: number;
  readonly first: number;
  readonly counters?: Counters | undefined;
  readonly position?: number;
}

function addRule(
  reader: Reader,
  table: DraftTable,
  line: Line,
  { name, open, first, counters, position }: AddedRule,
): void {
  const chain = chainOf(table, name, line);
  if (open >= 0) reader.diagnostics.addLocated('error', 'a quote is not closed', line, open);
  const index = position ?? chain.rules.length + 1;
  if (open < 0) {
    addRules(table, chain, readRuleLine(reader, table, { line, chain: name, first, index, counters }), position);
    return;
  }
  const { words } = reader.cursor;
  const raw = reader.text.slice(first < words.count ? words.start(first) : open, line.end).trimEnd();
  const origin = { source: reader.options.source, line: line.number };
  const text = `-A ${name} ${raw}`;
  addRules(table, chain, [{ index, matches: [], targets: [{ kind: 'unknown', raw }], origin, text }], position);
}

function policyLine(reader: Reader, line: Line, at: number): boolean {
  const { words } = reader.cursor;
  const name = words.at(1);
  const policy = words.at(2);
  if (name === undefined || policy === undefined) {
    reader.diagnostics.add('error', '-P needs a chain and a policy', line, at);
    return true;
  }
  declare(reader, tableFor(reader, line, name), line, { at, name, policy });
  return true;
}

function newChainLine(reader: Reader, line: Line, at: number): boolean {
  const name = reader.cursor.words.at(1);
  if (name === undefined) {
    reader.diagnostics.add('error', '-N needs the name of a chain', line, at);
    return true;
  }
  const table =
    reader.table !== null && reader.table.form !== 'list' ? reader.table : openTable(reader, 'list-rules', null, line);
  if (table.form === 'save') table.restoreInput = true;
  declare(reader, table, line, { at, name, policy: null });
  return true;
}

/** `-S` prints all policies first, so a policy after anything else begins the next table. */
function tableFor(reader: Reader, line: Line, chain: string): DraftTable {
  const { table } = reader;
  if (table === null || table.form === 'list') return openTable(reader, 'list-rules', null, line);
  if (table.form === 'save' && table.chains.size === 0) return asListing(reader, table, line);
  if (table.form === 'save') return table;
  if (!beginsNextTable(table, chain)) return table;
  const next = openTable(reader, 'list-rules', null, line);
  moveStrays(table, next);
  return next;
}

/** `*nat` with `-P` lines after it: somebody wrote the table's name above the output of `-S`. */
function asListing(reader: Reader, table: DraftTable, line: Line): DraftTable {
  table.open = false;
  reader.tables.pop();
  return openTable(reader, 'list-rules', table.name, line);
}

/** `-I` belongs to text for iptables-restore; every other change, and `-I` elsewhere, is not a listing. */
function changeLine(reader: Reader, line: Line, at: number, open: number): boolean {
  const { table } = reader;
  const { words } = reader.cursor;
  const command = words.at(0) ?? '';
  const name = words.at(1);
  if ((command === '-I' || command === '--insert') && table?.form === 'save' && name !== undefined) {
    const number = words.at(2) ?? '';
    const given = /^[0-9]{1,9}$/.test(number);
    table.restoreInput = true;
    addRule(reader, table, line, { name, open, first: given ? 3 : 2, position: given ? Number(number) : 1 });
    return true;
  }
  reader.diagnostics.add('error', `${command} is a command that changes rules, not a listing`, line, at);
  return true;
}
