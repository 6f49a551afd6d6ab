import type { Family } from '../model/family.ts';
import { IPTABLES_TABLES, type Table } from '../model/ruleset.ts';

/** The first line of a table; its last one is a `}` in the first column, and what is inside is indented. */
const OPENING = /^table (ip6? \S+) \{$/;

/**
 * What nft printed, text or JSON, without the content of tables that another tool has shown already. The tables
 * themselves stay, because their place tells who is asked first, and the lines of the text keep their numbers.
 */
export function emptied(output: string, saved: readonly Table[]): string {
  const names = new Set(saved.filter((table) => Object.hasOwn(IPTABLES_TABLES, table.name)).map(nftName));
  if (names.size === 0) return output;
  return output.trimStart().startsWith('{') ? emptiedJson(output, names) : emptiedText(output, names);
}

function nftName(table: Table): string {
  return `${table.family === 'ipv4' ? 'ip' : 'ip6'} ${table.name}`;
}

function emptiedText(text: string, names: ReadonlySet<string>): string {
  let inside = false;
  const lines = text.split('\n').map((line) => {
    if (line === '}') inside = false;
    const kept = inside ? '' : line;
    const name = OPENING.exec(line)?.[1];
    if (name !== undefined) inside = names.has(name);
    return kept;
  });
  return lines.join('\n');
}

function emptiedJson(text: string, names: ReadonlySet<string>): string {
  try {
    const document: unknown = JSON.parse(text);
    if (!isObject(document) || !Array.isArray(document.nftables)) return text;
    return JSON.stringify({ nftables: document.nftables.filter((element: unknown) => !isInside(element, names)) });
  } catch {
    // Not our place to complain: the parser says what is wrong with it, and where.
    return text;
  }
}

/** `{"rule": {"family": "ip", "table": "nat", …}}`: everything but the table itself names its table so. */
function isInside(element: unknown, names: ReadonlySet<string>): boolean {
  if (!isObject(element)) return false;
  return Object.values(element).some((value) => isObject(value) && names.has(`${value.family} ${value.table}`));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A table of iptables that holds rules which iptables-nft did not write. */
export interface NativelyWritten {
  readonly family: Family;
  readonly name: string;
  /** The first such rule, as nft prints it. */
  readonly rule: string;
}

/**
 * Tables with the names of iptables in which somebody wrote rules with nft. iptables-nft-save may print such a rule as
 * another one, without a warning (1.8.9 turns `tcp dport { 80, 90 } accept` into `-p tcp -j ACCEPT`), so it cannot be
 * believed for them. They are told by the counter that iptables-nft puts into every rule.
 */
export function nativelyWritten(text: string): NativelyWritten[] {
  const found = new Map<string, NativelyWritten>();
  let table: string | undefined;
  let inChain = false;
  for (const line of text.split('\n')) {
    if (!line.startsWith('\t')) table = OPENING.exec(line)?.[1];
    if (/^\t\S/.test(line)) inChain = line.startsWith('\tchain ');
    else if (table !== undefined && inChain && isRuleWithoutCounter(line) && !found.has(table)) {
      const [family, name = ''] = table.split(' ');
      found.set(table, { family: family === 'ip' ? 'ipv4' : 'ipv6', name, rule: line.trim() });
    }
  }
  return [...found.values()].filter(({ name }) => Object.hasOwn(IPTABLES_TABLES, name));
}

function isRuleWithoutCounter(line: string): boolean {
  return /^\t\t(?!type |policy |comment |flags )\S/.test(line) && !/(^|\s)counter packets \d/.test(line);
}
