import { answerTo, type Capture, capturedFile, TABLE_NAMES } from '../collect/capture.ts';
import type { CommandResult } from '../collect/runner.ts';
import type { Family } from '../model/family.ts';
import type { Obstacle } from '../model/pod.ts';
import type { Table } from '../model/ruleset.ts';
import { parseIptables } from '../parse/iptables/index.ts';
import { toolFailed, toolMissing, unparsable, unrecognized } from './obstacles.ts';
import { hasOutline, outlineOf, type SaveOutline, sameCounts } from './outline.ts';
import type { Refusal } from './rights.ts';
import { commandLine, endingOf, firstLine, type Seen, seen } from './seen.ts';

/** What was seen of one backend; `value` null: its rules are unknown. */
export type SeenTables = Seen<readonly Table[] | null> & { readonly refusals: readonly Refusal[] };

/** The tables of iptables-legacy of one family. No list in /proc at all: the kernel has no legacy iptables. */
export function observeLegacy(capture: Capture, family: Family): SeenTables {
  const names = capturedFile(capture, TABLE_NAMES[family]);
  const what = `the rules of iptables-legacy (${family})`;
  if (names === null) return unknown([cannotRead(family, 'it was not read', what)]);
  if ('text' in names) return fromSave(capture, family, words(names.text), what);
  if (names.error === 'forbidden') return unknown([], [{ what, needs: 'legacy-names' }]);
  if (names.error === 'missing' && procIsMounted(capture)) return known(seen([]));
  return unknown([cannotRead(family, names.message, what)]);
}

function fromSave(capture: Capture, family: Family, listed: readonly string[], what: string): SeenTables {
  if (listed.length === 0) return known(seen([]));
  const result = answerTo(capture, `legacy-save-${family}`);
  const ending = result === null ? 'unavailable' : endingOf(result);
  const tool = family === 'ipv4' ? 'iptables-legacy-save' : 'ip6tables-legacy-save';
  if (result === null || ending === 'unavailable') return unknown([toolMissing(tool, [result], what, 'rules')]);
  if (ending === 'refused') return unknown([], [{ what, needs: 'legacy' }]);
  if (ending === 'failed') return unknown([toolFailed(result, what, 'rules')]);
  return parsed(result, answerTo(capture, `legacy-counted-${family}`), { family, listed });
}

interface Asked {
  readonly family: Family;
  /** The tables that the kernel lists. */
  readonly listed: readonly string[];
}

function parsed(result: CommandResult, counted: CommandResult | null, { family, listed }: Asked): SeenTables {
  const { tables, diagnostics } = parseIptables(result.stdout, {
    source: commandLine(result),
    family,
    backend: 'iptables-legacy',
  });
  const doubt = unwitnessed(result, counted, tables) ?? notShown(result, tables, listed);
  // Lines that come from a name are not rules, so nothing may rest on them, not even a fault.
  if (doubt !== null) return unknown([doubt]);
  const loss = unparsable(result, diagnostics, 'rules') ?? unrecognized(result, tables);
  return { ...known(seen(tables, diagnostics)), obstacles: loss === null ? [] : [loss] };
}

/**
 * What iptables-legacy-save prints is text, and so are the names in it, which may have line ends. Its witness is a second
 * listing in another form: no line that a name holds looks like a rule in both, so it counts in one of them only.
 */
function unwitnessed(result: CommandResult, counted: CommandResult | null, tables: readonly Table[]): Obstacle | null {
  if (counted === null) return unbelieved(result, 'there is no second listing that counts its rules');
  if (endingOf(counted) !== 'succeeded') return toolFailed(counted, 'how many rules there are', 'rules');
  const plain = outlineOf(result.stdout, 'plain');
  const other = outlineOf(counted.stdout, 'counted');
  if (plain.kind === 'strange') return unbelieved(result, strangeLine(plain));
  if (other.kind === 'strange') return unbelieved(counted, strangeLine(other));
  if (!sameCounts(plain.rules, other.rules))
    return unbelieved(result, `${commandLine(counted)} shows another number of rules`);
  return hasOutline(tables, plain) ? null : unbelieved(result, 'its rules cannot be told apart');
}

function strangeLine({ line, text }: Extract<SaveOutline, { kind: 'strange' }>): string {
  return `its line ${line} is not one that it prints: ${JSON.stringify(firstLine(text))}`;
}

function unbelieved(result: CommandResult, why: string): Obstacle {
  const message = `${commandLine(result)} cannot be trusted: ${why}. A name in its rules may hold a line end, or rules are changing`;
  const remedy =
    'Run the check again; if it says the same, look for names with line ends: `iptables-legacy-save | cat -A` in the same network namespace';
  return { code: 'NAT1003', message, remedy, concerns: 'rules' };
}

/** A table that the kernel lists and the tool did not print was cut off, or came while we looked; likewise vice versa. */
function notShown(result: CommandResult, tables: readonly Table[], listed: readonly string[]): Obstacle | null {
  const left = listed.filter((name) => !tables.some((table) => table.name === name));
  const more = tables.filter(({ name }) => !listed.includes(name)).map(({ name }) => name);
  if (left.length === 0 && more.length === 0) return null;
  const message =
    left.length > 0
      ? `did not show ${left.join(', ')}, which the kernel lists as registered`
      : `showed ${more.join(', ')}, which the kernel does not list`;
  return {
    code: 'NAT1003',
    message: `${commandLine(result)} ${message}`,
    remedy: 'Run the check again',
    concerns: 'rules',
  };
}

/** A legacy table without rules, own chains or a dropping policy: it changes nothing, but makes nft tools warn. */
export function isEmptyTable(table: Table): boolean {
  return table.chains.every((chain) => chain.rules.length === 0 && chain.base?.policy === 'accept');
}

function cannotRead(family: Family, why: string, what: string): Obstacle {
  const message = `${TABLE_NAMES[family]}: ${why}; ${what} could not be looked at`;
  return { code: 'NAT1003', message, remedy: 'Run istio-nat where /proc is mounted', concerns: 'rules' };
}

function procIsMounted(capture: Capture): boolean {
  const status = capturedFile(capture, '/proc/self/status');
  return status !== null && 'text' in status;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** A backend whose rules were read. */
export function known(tables: Seen<readonly Table[]>): SeenTables {
  return { ...tables, refusals: [] };
}

/** A backend whose rules were not read. */
export function unknown(obstacles: readonly Obstacle[], refusals: readonly Refusal[] = []): SeenTables {
  return { value: null, obstacles, diagnostics: [], refusals };
}
