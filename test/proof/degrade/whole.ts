import { IPTABLES_TABLES } from '../../../src/model/ruleset.ts';
import type { Line, Listing } from './lines.ts';

/**
 * Whether nobody can tell that something was lost: what is left of a table is to the letter what the tool prints of another
 * state of the kernel, so an answer about that state is no false one. This is the only place where a text is excused.
 *
 * What a careful reader can see, and what is therefore not excused:
 * - a line that no tool prints; a last line without its end;
 * - a save without a heading or COMMIT; a built-in chain of a table that is not listed; a rule in a chain, or a jump to one,
 *   that is not declared; `(N references)` that the jumps shown do not make up; numbers with a gap; a brace without its other;
 * - a text whose last list ends in chains without rules: it may have ended earlier. Only where no chain but built-in ones is
 *   left, it is what an empty table looks like;
 * - a table of nft without any hook: it would do nothing at all;
 * - tables that are not there: they were not asked for.
 */
export function passesForWhole(listing: Listing, left: readonly Line[], full: readonly Line[]): boolean {
  const before = new Map(blocks(full).map((block) => [keyOf(block), textOf(block)]));
  if (listing === 'json' && !isJson(left)) return false;
  const tables = blocks(left);
  return tables.some((block, at) => {
    const isLast = at === tables.length - 1;
    if (before.get(keyOf(block)) === textOf(block) || block.some(isChanged(full))) return false;
    return WHOLE[listing](block) && !(isLast && isList(listing) && endsEmpty(block));
  });
}

/**
 * Whether nobody can tell that a listing is one of IPv6, because no address is left in it: read as one of IPv4 it may be
 * wrong, and only `--family` helps. A save says it in its first line, and nft in the heading of each table.
 */
export function passesForIpv4(listing: Listing, left: readonly Line[]): boolean {
  if (!isList(listing)) return false;
  const rules = left.filter(({ role, table }) => role === 'rule' || (role === 'other' && table !== ''));
  return left.every(({ family }) => family === 'ipv6') && !rules.some(({ text }) => IPV6.test(text));
}

/** At least two colons, as no port and no time in a rule has. */
const IPV6 = /(?:^|[\s!])[\da-f]{0,4}:[\da-f]{0,4}:/i;

/** The lines of each table, one table after the other. */
function blocks(lines: readonly Line[]): Line[][] {
  const found = new Map<string, Line[]>();
  for (const line of lines) {
    if (line.table === '') continue;
    const key = keyOf([line]);
    found.set(key, [...(found.get(key) ?? []), line]);
  }
  return [...found.values()];
}

/** Whether a line that no rule, chain or table begins with is not to the letter what was shown; nft prints such lines for sets. */
function isChanged(full: readonly Line[]): (line: Line) => boolean {
  const shown = new Set(full.map(({ text }) => text));
  return ({ role, text }) => role === 'other' && !shown.has(text);
}

function keyOf([line]: readonly Line[]): string {
  return `${line?.holder} ${line?.family} ${line?.table}`;
}

function textOf(block: readonly Line[]): string {
  return block.map(({ text }) => text).join('\n');
}

const WHOLE: Readonly<Record<Listing, (block: readonly Line[]) => boolean>> = {
  save: (block) => isHeaded(block) && block.at(-1)?.role === 'end' && hasAllChains(block),
  S: (block) => isAnyTable(block),
  L: (block) => isAnyTable(block) && hasAllColumns(block) && countsUp(block) && isNumbered(block),
  nft: (block) => isClosed(block) && hasAllNamed(block),
  json: (block) => isHeaded(block) && hasAllNamed(block),
};

function isJson(lines: readonly Line[]): boolean {
  try {
    JSON.parse(textOf(lines));
    return true;
  } catch {
    return false;
  }
}

function isHeaded(block: readonly Line[]): boolean {
  return block[0]?.role === 'table';
}

/** Whether a form says of which table it is by its built-in chains alone. */
function isList(listing: Listing): boolean {
  return listing === 'S' || listing === 'L';
}

/** Whether a list has the built-in chains of a table, be it another one, and declares what it names. */
function isAnyTable(block: readonly Line[]): boolean {
  const chains = chainsOf(block);
  const builtIn = chains.filter(isBuiltIn);
  const own = Object.values(IPTABLES_TABLES).map((table) => Object.keys(table));
  const isOne = own.some((names) => names.length === builtIn.length && names.every((name) => builtIn.includes(name)));
  return isOne && hasAllNamed(block);
}

function isBuiltIn(name: string): boolean {
  return Object.values(IPTABLES_TABLES).some((table) => name in table);
}

function hasAllChains(block: readonly Line[]): boolean {
  const chains = chainsOf(block);
  const builtIn = Object.keys(IPTABLES_TABLES[block[0]?.table ?? ''] ?? {});
  return hasAllNamed(block) && builtIn.every((name) => chains.includes(name));
}

/** Whether the chain of every rule, and of every jump, is declared. */
function hasAllNamed(block: readonly Line[]): boolean {
  const chains = chainsOf(block);
  const named = block.flatMap(({ role, chain }) => (role === 'rule' && chain !== '' ? [chain] : []));
  return [...named, ...jumpsOf(block)].every((name) => chains.includes(name));
}

function chainsOf(block: readonly Line[]): string[] {
  return block.filter(({ role }) => role === 'chain').map(({ chain }) => chain);
}

/** Chains of Istio, and ours, are written like this; built-in targets are not. */
function jumpsOf(block: readonly Line[]): string[] {
  return block.filter(({ role }) => role === 'rule').flatMap(({ text }) => targetOf(text) ?? []);
}

function targetOf(text: string): string | null {
  const named =
    /(?:-[jg]|jump|goto) (\S+)/.exec(text)?.[1] ?? /^(?:\d+ +)?(?: *\w+ +\w+ )?(ISTIO_\w+) /.exec(text)?.[1];
  return named !== undefined && /^(ISTIO|istio)/.test(named) ? named : null;
}

/** Whether the last chain has no rule, and is not one of a table in which nothing but the built-in chains is. */
function endsEmpty(block: readonly Line[]): boolean {
  const chains = chainsOf(block);
  const last = chains.at(-1);
  if (chains.every(isBuiltIn)) return false;
  return !block.some(({ role, chain }) => role === 'rule' && chain === last);
}

function hasAllColumns(block: readonly Line[]): boolean {
  return block.every(({ role }, at) => role !== 'chain' || block[at + 1]?.role === 'columns');
}

function countsUp(block: readonly Line[]): boolean {
  const jumps = jumpsOf(block);
  return block
    .filter(({ role }) => role === 'chain')
    .every(({ text, chain }) => {
      const count = /\((\d+) references\)/.exec(text)?.[1];
      return count === undefined || Number(count) === jumps.filter((name) => name === chain).length;
    });
}

/** Rules that are numbered have no gap. */
function isNumbered(block: readonly Line[]): boolean {
  if (!block.some(({ role, text }) => role === 'columns' && text.startsWith('num'))) return true;
  let next = 1;
  return block.every(({ role, text }) => {
    if (role === 'chain') next = 1;
    return role !== 'rule' || Number(/^\d+/.exec(text)?.[0]) === next++;
  });
}

function isClosed(block: readonly Line[]): boolean {
  const count = (brace: string) => textOf(block).split(brace).length;
  const headed = isHeaded(block) && block.at(-1)?.text === '}';
  return headed && count('{') === count('}') && block.some(({ role }) => role === 'columns');
}
