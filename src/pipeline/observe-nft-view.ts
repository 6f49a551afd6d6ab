import { IPTABLES_TABLES, type Table } from '../model/ruleset.ts';

/** The first line of a table; its last one is a `}` in the first column, and what is inside is indented. */
export const OPENING = /^table (ip6? \S+) \{$/;

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
