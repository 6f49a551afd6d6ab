import type { Diagnostic } from '../model/diagnostic.ts';
import type { Family } from '../model/family.ts';
import type { Coverage, Gap, Obstacle, Pod } from '../model/pod.ts';
import type { Table } from '../model/ruleset.ts';
import type { Socket } from '../model/socket.ts';
import { parseIptables } from '../parse/iptables/index.ts';
import { parseNft } from '../parse/nft/index.ts';
import { parseSs } from '../parse/sockets/ss.ts';
import { formatOf } from './observe-format.ts';
import { isEmptyTable } from './observe-legacy.ts';
import { describeLosses } from './observe-obstacles.ts';
import { waysIn } from './observe-rights.ts';
import { firstLine, note, speaksOfRights } from './observe-seen.ts';
import { inKernelOrder } from './observe-tables.ts';
import { poorerElsewhere } from './observe-twice.ts';

/** A text that somebody saved. */
export interface SavedText {
  /** File name, or `stdin`. */
  readonly name: string;
  readonly text: string;
}

/** What is known about saved texts beside their content. */
export interface SavedOptions {
  /** The family of iptables text that names no address. */
  readonly family?: Family;
  /** What `--sockets` named. */
  readonly socketsText?: SavedText;
}

/** What one text holds. */
interface Part {
  readonly kind: 'iptables' | 'nft' | 'sockets' | 'empty' | 'unrecognized';
  readonly tables: readonly Table[];
  readonly coverage: readonly Coverage[];
  readonly sockets: readonly Socket[] | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly obstacles: readonly Obstacle[];
  readonly gaps?: readonly Gap[];
}

const NOTHING: Part = { kind: 'empty', tables: [], coverage: [], sockets: null, diagnostics: [], obstacles: [] };

/**
 * The pod that saved texts show. Each text's form is recognised; what it does not cover stays unknown, which is why the
 * coverage says which tables an answer can speak of. Never throws.
 */
export function observeRules(inputs: readonly SavedText[], options: SavedOptions = {}): Pod {
  const parts = inputs.map((input) => readRules(input, options.family));
  const sockets = options.socketsText === undefined ? [] : [readSockets(options.socketsText)];
  const all = [...parts, ...sockets];
  const poorer = poorerElsewhere(inputs.map(({ name }, at) => ({ name, tables: parts[at]?.tables ?? [] })));
  const tables = merged(parts).filter((table) => !poorer.tables.has(table));
  const seenSockets = all.flatMap((part) => (part.sockets === null ? [] : [part.sockets]));
  return {
    ruleset: { tables },
    coverage: parts.flatMap((part) => part.coverage),
    emptyLegacyTables: tables
      .filter((table) => table.backend === 'iptables-legacy' && isEmptyTable(table))
      .map(({ family, name }) => ({ family, name })),
    sockets: seenSockets.length > 0 ? seenSockets.flat() : null,
    routing: null,
    diagnostics: all.flatMap((part) => part.diagnostics),
    obstacles: [...all.flatMap((part) => part.obstacles), ...poorer.obstacles, ...nothingFound(inputs, parts)],
    gaps: parts.flatMap((part) => part.gaps ?? []),
  };
}

function readRules(input: SavedText, family: Family | undefined): Part {
  switch (formatOf(input.text)) {
    case 'empty':
      return { ...NOTHING, diagnostics: [note(input.name, 'the file is empty')] };
    case 'nft':
      return ofNft(input);
    case 'sockets':
      return readSockets(input);
    case 'iptables':
      return ofIptables(input, family);
  }
}

function ofNft(input: SavedText): Part {
  const { tables, diagnostics } = parseNft(input.text, { source: input.name });
  const coverage: Coverage[] = [
    { family: 'ipv4', tables: 'all' },
    { family: 'ipv6', tables: 'all' },
  ];
  return { ...NOTHING, kind: 'nft', tables, coverage, diagnostics, obstacles: losses(input, diagnostics, 'rules') };
}

function ofIptables(input: SavedText, family: Family | undefined): Part {
  const parsed = parseIptables(input.text, { source: input.name, ...(family === undefined ? {} : { family }) });
  if (parsed.tables.length === 0) return { ...NOTHING, kind: 'unrecognized', diagnostics: parsed.diagnostics };
  const lost = losses(input, parsed.diagnostics, 'rules');
  const obstacles = parsed.located ? lost.map((obstacle) => ({ ...obstacle, located: true as const })) : lost;
  return { ...NOTHING, kind: 'iptables', ...parsed, coverage: parsed.shownTables, obstacles };
}

function readSockets(input: SavedText): Part {
  const { sockets, diagnostics } = parseSs(input.text, { source: input.name });
  const recognized = sockets.length > 0 || diagnostics.length === 0;
  const obstacles = losses(input, diagnostics, 'sockets');
  return { ...NOTHING, kind: 'sockets', sockets: recognized ? sockets : null, diagnostics, obstacles };
}

function losses(input: SavedText, diagnostics: readonly Diagnostic[], concerns: Obstacle['concerns']): Obstacle[] {
  const loss = describeLosses(diagnostics);
  if (loss === null) return [];
  const remedy = `Look at line ${loss[1].line} of ${input.name}: it was cut, changed by hand, or is no output of iptables, nft or ss`;
  return [{ code: 'NAT1003', message: `${input.name} holds ${loss[0]}`, remedy, concerns }];
}

/** nft also lists the tables of iptables-nft; where the tool of their own was saved too, its words count. */
function merged(parts: readonly Part[]): Table[] {
  const saved = parts.filter((part) => part.kind === 'iptables').flatMap((part) => part.tables);
  const listed = parts.filter((part) => part.kind === 'nft').flatMap((part) => part.tables);
  const legacy = saved.filter((table) => table.backend === 'iptables-legacy');
  return [
    ...legacy,
    ...inKernelOrder(
      saved.filter((table) => !legacy.includes(table)),
      listed,
    ),
  ];
}

const ACCEPTED =
  'iptables-save, iptables -S, iptables -L -n -v, nft list ruleset, nft -j list ruleset, a log that ends in a save, or ss';

/** No rules in any of the texts: that does not mean that the pod has none. */
function nothingFound(inputs: readonly SavedText[], parts: readonly Part[]): Obstacle[] {
  if (parts.some((part) => part.kind === 'iptables' || part.kind === 'nft')) return [];
  const refused = inputs.find((input) => speaksOfRights(input.text));
  if (refused !== undefined) {
    const message = `${refused.name} holds no rules but the message of a tool without rights: ${firstLine(refused.text)}`;
    return [{ code: 'NAT1001', message, remedy: waysIn(), concerns: 'rules' }];
  }
  const names = inputs.map((input) => input.name).join(', ');
  const first = inputs.find((input) => firstLine(input.text) !== '');
  const said =
    first === undefined
      ? 'it is empty, and an empty text does not say that there are no rules'
      : `it begins with ${JSON.stringify(firstLine(first.text))}`;
  const message = `no rules were recognised in ${names}: ${said}`;
  return [{ code: 'NAT1003', message, remedy: `Give it the output of ${ACCEPTED}`, concerns: 'rules' }];
}
