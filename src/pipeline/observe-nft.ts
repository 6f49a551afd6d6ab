import { answerTo, type Capture } from '../collect/capture.ts';
import type { CommandResult } from '../collect/runner.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import { IPTABLES_TABLES, type Table } from '../model/ruleset.ts';
import { parseIptables } from '../parse/iptables/index.ts';
import { parseNft } from '../parse/nft/index.ts';
import { known, type SeenTables, unknown } from './observe-legacy.ts';
import { isManaged, misprinted, nativeRules } from './observe-native.ts';
import { emptied } from './observe-nft-view.ts';
import { toolFailed, toolMissing, unparsable, unrecognized } from './observe-obstacles.ts';
import { commandLine, endingOf, note, seen } from './observe-seen.ts';

/**
 * The tables of iptables-nft of one family, as its own tool prints them: nft shows some of their matches and targets
 * only as a name. Null with neither obstacle nor refusal: the tool is not there, and nft's view has to do.
 */
export function observeIptablesNft(capture: Capture, family: Family): SeenTables {
  const result = answerTo(capture, `nft-save-${family}`);
  const what = `the rules of iptables-nft (${family})`;
  if (result === null || endingOf(result) === 'unavailable') return unknown([]);
  if (endingOf(result) === 'refused') return unknown([], [{ what, needs: 'nft' }]);
  if (endingOf(result) === 'failed') return unknown([toolFailed(result, what, 'rules')]);
  const source = commandLine(result);
  const text = withoutIncompatible(result.stdout);
  const { tables, diagnostics } = parseIptables(text, { source, family, backend: 'iptables-nft' });
  const loss = unparsable(result, diagnostics, 'rules') ?? unrecognized({ ...result, stdout: text }, tables);
  const doubts = nativeRules(capture, family);
  return known({
    value: tables.filter((table) => !doubts.some(({ name, mixed }) => name === table.name && !mixed)),
    obstacles: [...(loss === null ? [] : [loss]), ...doubts.flatMap(misprinted)],
    diagnostics,
  });
}

/**
 * `# Table `nat' is incompatible, use 'nft' tool.` stands on standard output, with exit status 0: somebody wrote rules
 * into a table of that name that iptables has no words for. nft shows the table then.
 */
const INCOMPATIBLE = /^# Table `([^'\n]*)' is incompatible, use 'nft' tool\.$/gm;

function withoutIncompatible(text: string): string {
  return text.replace(INCOMPATIBLE, '');
}

/** The tables that iptables-nft-save of a family declined to print. */
export function incompatibleTables(capture: Capture, family: Family): string[] {
  const text = answerTo(capture, `nft-save-${family}`)?.stdout ?? '';
  return [...text.matchAll(INCOMPATIBLE)].flatMap((match) => match[1] ?? []);
}

/**
 * Everything that nft shows, in the order in which it was registered. The tables that were `saved` already keep their
 * place and lose their content, which nft can show in part only.
 */
export function observeNft(capture: Capture, saved: readonly Table[]): SeenTables {
  const text = answerTo(capture, 'nft-ruleset');
  const json = answerTo(capture, 'nft-ruleset-json');
  const what = 'the rules of nftables';
  const usable = [text, json].some((result) => result !== null && endingOf(result) === 'succeeded');
  if (usable) return withoutXtables(capture, readable(hasSaves(capture) ? [json, text] : [text, json], saved));
  const result = text ?? json;
  if (result === null || endingOf(result) === 'unavailable') {
    return unknown([toolMissing('nft', [result], what, 'rules')]);
  }
  if (endingOf(result) === 'refused') return unknown([], [{ what, needs: 'nft' }]);
  return unknown([toolFailed(result, what, 'rules')]);
}

interface Reading {
  readonly result: CommandResult;
  readonly tables: readonly Table[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * JSON is the same in all versions of nft and comes first. But it has no words at all for the rules of iptables-nft, of
 * which the text shows a part: where those have no tool of their own, the text comes first.
 */
function readable(results: readonly (CommandResult | null)[], saved: readonly Table[]): SeenTables {
  const [first, second] = results.map((result) => read(result, saved)).filter((reading) => reading !== null);
  if (first === undefined) return unknown([]);
  return finish(second !== undefined && losses(second) < losses(first) ? second : first);
}

function hasSaves(capture: Capture): boolean {
  const results = FAMILIES.map((family) => answerTo(capture, `nft-save-${family}`));
  return results.every((result) => result !== null && endingOf(result) !== 'unavailable');
}

function read(result: CommandResult | null, saved: readonly Table[]): Reading | null {
  if (result === null || endingOf(result) !== 'succeeded') return null;
  return { result, ...parseNft(emptied(result.stdout, saved), { source: commandLine(result) }) };
}

function losses(reading: Reading): number {
  return reading.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
}

function finish(reading: Reading): SeenTables {
  const { result, diagnostics } = reading;
  const loss = unparsable(result, diagnostics, 'rules') ?? unrecognized(result, reading.tables);
  const tables = reading.tables.map((table) => withBackend(table, reading.result.stderr));
  return known({ value: tables, obstacles: loss === null ? [] : [loss], diagnostics: reading.diagnostics });
}

/** A table that has a name of iptables and was written with nft has the owner matches of nft. */
function withoutXtables(capture: Capture, seenTables: SeenTables): SeenTables {
  const native = FAMILIES.flatMap((family) => nativeRules(capture, family)).filter(({ mixed }) => !mixed);
  const isNative = (table: Table) => native.some(({ family, name }) => table.family === family && table.name === name);
  const tables = seenTables.value?.map((table) =>
    isNative(table) ? { ...table, backend: 'nftables' as const } : table,
  );
  return { ...seenTables, value: tables ?? null };
}

/** nft warns on stderr about tables that iptables-nft manages; the owner matches in those follow xt_owner. */
function withBackend(table: Table, stderr: string): Table {
  return isManaged(table, stderr) && hasIptablesName(table) ? { ...table, backend: 'iptables-nft' } : table;
}

/** Whether a table is where iptables-nft would put its own: `ip` or `ip6`, and one of its five names. */
export function hasIptablesName(table: Table): boolean {
  return table.family !== 'inet' && Object.hasOwn(IPTABLES_TABLES, table.name);
}

/** A remark for tables of iptables-nft that only nft could show. */
export function shownByNftOnly(family: Family): SeenTables {
  const tool = family === 'ipv4' ? 'iptables-nft-save' : 'ip6tables-nft-save';
  const message = `${tool} cannot be run here; the rules of iptables-nft were read with nft list ruleset instead`;
  return known(seen([], [note('nft list ruleset', message)]));
}
