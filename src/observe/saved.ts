import type { Diagnostic } from '../model/diagnostic.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import type { Coverage, Obstacle, Pod } from '../model/pod.ts';
import type { Table } from '../model/ruleset.ts';
import { parseIptables } from '../parse/iptables/index.ts';
import type { Numbering } from '../parse/lines.ts';
import { failuresIn } from '../parse/logs/index.ts';
import { type NftListing, parseNft } from '../parse/nft/index.ts';
import { type PlainText, unwrapPasted } from '../parse/pasted/index.ts';
import { parseSs } from '../parse/sockets/ss.ts';
import { inWordsOfIptables, joinedWithText } from './agreement.ts';
import { cutAtColumn, elided, elidedNft, garbledBytes, garbledNft } from './cut-lines.ts';
import { actingElsewhere } from './elsewhere.ts';
import { isEmptyTable } from './legacy.ts';
import { describeLosses } from './obstacles.ts';
import { notTaken, outcomeOf, withoutOutdone } from './outcome.ts';
import { NOTHING, type Part, type SavedText } from './part.ts';
import { blank, lacking, nothingFound, ofUnsaidFamily, unshown } from './part-obstacles.ts';
import { note } from './seen.ts';
import { contradictions, isSameTable, type ShownText } from './twice.ts';

export type { SavedText } from './part.ts';

/** What is known about saved texts beside their content. */
export interface SavedOptions {
  /** The family of iptables text that names no address. */
  readonly family?: Family;
  /** What `--sockets` named. */
  readonly socketsText?: SavedText;
}

/**
 * The pod that saved texts show. Each text's form is recognised; what it does not cover stays unknown, which is why the
 * coverage says which tables an answer can speak of. Never throws.
 */
export function observeRules(inputs: readonly SavedText[], options: SavedOptions = {}): Pod {
  const parts = withoutOutdone(inputs.flatMap((input) => readRules(input, options.family)));
  const sockets = options.socketsText === undefined ? [] : readSockets(options.socketsText);
  const all = [...parts, ...sockets];
  const doubts = contradictions(parts.map(shownText));
  const tables = doubts.length > 0 ? [] : merged(parts);
  const shown = parts.flatMap((part) => part.shown);
  const damaged = parts.filter(isDamaged).flatMap((part) => part.shown);
  const seenSockets = all.flatMap((part) => (part.sockets === null ? [] : [part.sockets]));
  const { failures, ...rules } = outcomeOf(
    { tables, coverage: parts.flatMap((part) => part.coverage), shown },
    parts.flatMap((part) => part.asked ?? []),
    inputs.flatMap(({ name, text }) => failuresIn(text, name)),
  );
  return {
    ...rules,
    failures,
    emptyLegacyTables: rules.ruleset.tables
      .filter((table) => table.backend === 'iptables-legacy' && isEmptyTable(table))
      .map(({ family, name }) => ({ family, name })),
    sockets: seenSockets.length > 0 ? seenSockets.flat() : null,
    ...(seenSockets.length > 0 && { shownSockets: all.flatMap((part) => part.looks) }),
    routing: null,
    diagnostics: all.flatMap((part) => part.diagnostics),
    obstacles: [
      ...all.flatMap((part) => part.obstacles),
      ...blank(all),
      ...lacking(rules.shown.filter((one) => !damaged.includes(one))),
      ...unshown(parts),
      ...(doubts.length > 0 ? doubts : ofUnsaidFamily(parts)),
      ...notTaken(failures, rules.shown),
      ...(failures.length > 0 ? [] : nothingFound(inputs, parts)),
    ],
    gaps: parts.flatMap((part) => part.gaps ?? []),
    ends: parts.flatMap((part) => part.ends ?? []),
    alone: parts.flatMap((part) => part.alone ?? []),
  };
}

/** A text of rules of which a line is known not to be read: it says so itself, with all that it lacks (see `lost`). */
function isDamaged({ obstacles }: Part): boolean {
  return obstacles.some(({ lost }) => lost !== undefined);
}

function readRules(input: SavedText, family: Family | undefined): Part[] {
  if (input.text.trim() === '') return [{ ...NOTHING, diagnostics: [note(input.name, 'the file is empty')] }];
  return unwrapPasted(input.text, input.name).flatMap((plain) => readPlain(input.name, plain, family) ?? []);
}

/** Null for the output of other tools, which says nothing of rules and sockets. */
function readPlain(name: string, plain: PlainText, family: Family | undefined): Part | null {
  switch (plain.kind ?? (plain.text.trimStart().startsWith('{') ? 'nft' : 'iptables')) {
    case 'nft':
      return ofNft(name, plain);
    case 'sockets':
      return ofSockets(name, plain);
    case 'iptables':
      return ofIptables(name, plain, family);
    case 'rules-of-routing':
    case 'addresses':
      return null;
  }
}

function ofNft(name: string, plain: PlainText): Part {
  const parsed = parseNft(plain.text, linesOf(name, plain));
  const { outline, tables, elsewhere, shown, format, diagnostics, refused } = parsed;
  if (refused !== undefined) return notRead(name, refused, 'rules');
  const alone = isOneChain(outline, plain.command) ? shown.slice(0, 1) : [];
  const isWhole = asksForAll(plain.command);
  const coverage = FAMILIES.flatMap((family): Coverage[] => {
    if (isWhole) return [{ family, tables: 'all' }];
    const names = shown.filter((one) => one.family === family).map(({ table }) => table);
    return names.length === 0 ? [] : [{ family, tables: names }];
  });
  const line = lineNumbers(name, plain);
  const left = [
    ...cutAtColumn(plain.text, diagnostics),
    ...elidedNft(plain.text, line),
    ...garbledNft(plain.text, line),
  ];
  const unread = losses(name, [...plain.losses, ...left, ...diagnostics], 'rules');
  const lost = unread.map((obstacle) => ({ ...obstacle, lost: 'anywhere' }) as const);
  const obstacles = [...lost, ...actingElsewhere(elsewhere)];
  return { ...NOTHING, name, kind: 'nft', tables, coverage, shown, alone, diagnostics, obstacles, format };
}

/** Whether a text may be what `nft list chain` prints, which looks like a table that has no other chains. */
function isOneChain(outline: NftListing['outline'], command: PlainText['command']): boolean {
  const [first, ...others] = outline;
  if (others.length > 0 || first?.chains.length !== 1) return false;
  // `cat rules` says nothing of what made the file.
  return command === null || command.includes('chain') || !command.includes('list');
}

/** `nft list ruleset` of no family: what it does not show does not exist. */
function asksForAll(command: PlainText['command']): boolean {
  return command?.at(-1) === 'ruleset';
}

function ofIptables(name: string, plain: PlainText, family: Family | undefined): Part {
  const parsed = parseIptables(plain.text, { ...linesOf(name, plain), ...(family === undefined ? {} : { family }) });
  if (parsed.refused !== undefined) return notRead(name, parsed.refused, 'rules');
  // Its lines are not quoted: it may be any file that somebody named by mistake.
  if (parsed.tables.length === 0) return { ...NOTHING, name, kind: 'unrecognized', obstacles: remnants(name, plain) };
  const line = lineNumbers(name, plain);
  const left = [...elided(plain.text, line), ...garbledBytes(plain.text, line)];
  const cut = [...cutAtColumn(plain.text, parsed.diagnostics), ...left];
  const diagnostics = [...plain.losses, ...cut, ...parsed.diagnostics];
  const lacks = parsed.shown.flatMap((one) => one.lacks);
  const isPartial = lacks.length > 0;
  const inGaps =
    parsed.located && plain.losses.length + cut.length === 0 && lacks.every((lack) => lack.inGaps === true);
  const lost = inGaps ? 'in-gaps' : 'anywhere';
  const told = diagnostics.filter(({ structural }) => structural === undefined || !isPartial);
  const unread = losses(name, told, 'rules').map((obstacle) => ({ ...obstacle, lost }) as const);
  return { ...NOTHING, name, kind: 'iptables', ...parsed, diagnostics, obstacles: unread };
}

function lineNumbers(source: string, { numbering }: PlainText): (at: number) => Pick<Diagnostic, 'source' | 'line'> {
  return (at) => ({ source, line: numbering?.[at] ?? at + 1 });
}

/** Lines of a listing of which no table is left: what they were part of is not shown. */
function remnants(name: string, { kind, text }: PlainText): Obstacle[] {
  if (kind !== 'iptables') return [];
  const [first] = text.split('\n').filter((line) => line.trim() !== '');
  const message = `${name} holds lines of iptables of which no table can be made, such as ${JSON.stringify((first ?? '').slice(0, 60))}`;
  const remedy = 'Give the whole output of iptables-save, or of `iptables -t nat -L -n -v`';
  return [{ code: 'NAT1003', message, remedy, concerns: 'rules', lost: 'anywhere' }];
}

/** The sockets of a text that is said to have some; all of it is ss's where nothing in it looks like the output of a tool. */
function readSockets({ name, text }: SavedText): Part[] {
  const plain = unwrapPasted(text, name);
  const sockets = plain.filter(({ kind }) => kind === 'sockets');
  const [first, ...others] = sockets.length > 0 ? sockets : plain.slice(0, 1);
  if (first === undefined) return [{ ...NOTHING, name, kind: 'sockets' }];
  return [first, ...others].map((one) => ofSockets(name, one));
}

function ofSockets(name: string, plain: PlainText): Part {
  const command = plain.command === null ? {} : { command: plain.command };
  const { sockets, diagnostics, asked, refused } = parseSs(plain.text, { ...linesOf(name, plain), ...command });
  if (refused !== undefined) return notRead(name, refused, 'sockets');
  const unread = [...plain.losses, ...diagnostics];
  const obstacles = losses(name, unread, 'sockets');
  if (asked.length === 0) return { ...NOTHING, name, kind: 'sockets', obstacles };
  const looks = asked.map((one) => ({ ...one, live: false, ...(unread.length > 0 && { filtered: true }) }));
  return { ...NOTHING, name, kind: 'sockets', sockets, looks, diagnostics, obstacles };
}

function linesOf(
  source: string,
  { numbering }: PlainText,
): { readonly source: string; readonly numbering?: Numbering } {
  return { source, ...(numbering === undefined ? {} : { numbering }) };
}

/** A text that has more of something than is read. What was read before that is not all there is, so it is not used. */
function notRead(name: string, { line, message }: Diagnostic, concerns: Obstacle['concerns']): Part {
  const what = concerns === 'rules' ? 'the tables that matter (-t nat, nft list table …)' : 'sockets of one pod';
  const obstacle: Obstacle = {
    code: 'NAT1003',
    message: `${name} was not read: line ${line}: ${message}`,
    remedy: `Give a text that holds ${what} and nothing else, or look in the namespace of the pod`,
    concerns,
  };
  return { ...NOTHING, name, kind: concerns === 'rules' ? 'iptables' : 'sockets', obstacles: [obstacle] };
}

function losses(name: string, diagnostics: readonly Diagnostic[], concerns: Obstacle['concerns']): Obstacle[] {
  const loss = describeLosses(diagnostics);
  if (loss === null) return [];
  const remedy = `Look at line ${loss[1].line} of ${name}: it was cut, changed by hand, or is not output of iptables, nft or ss`;
  return [{ code: 'NAT1003', message: `${name} holds ${loss[0]}`, remedy, concerns }];
}

function shownText({ name, kind, tables, formats = [] }: Part): ShownText {
  if (kind === 'nft') return { name, tables, form: 'nft' };
  return { name, tables, form: formats.includes('list') ? 'list' : 'exact' };
}

/**
 * All tables, each once. nft also lists those of iptables-nft, and in the order in which they were registered; where the
 * tool of their own was saved too, its words count as far as nft's agree.
 */
function merged(parts: readonly Part[]): Table[] {
  const saved = distinct(parts.filter((part) => part.kind === 'iptables').flatMap((part) => part.tables));
  const listed = parts.filter((part) => part.kind === 'nft').flatMap((part) => joined(part, saved));
  return [...saved.filter((table) => !listed.some((other) => isSameTable(table, other))), ...distinct(listed)];
}

function joined({ tables, format }: Part, saved: readonly Table[]): readonly Table[] {
  if (format === 'nft-json') return inWordsOfIptables(tables, { saved, inText: () => [] });
  return tables.map((table) => {
    const own = saved.find((other) => isSameTable(table, other));
    return own === undefined ? table : joinedWithText(table, own);
  });
}

function distinct(tables: readonly Table[]): Table[] {
  return tables.filter((table, position) => !tables.slice(0, position).some((other) => isSameTable(table, other)));
}
