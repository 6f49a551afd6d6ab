import { sameData } from './equality.ts';
import type { Reporter } from './reporter.ts';
import type { ListedChain, ListedSet, ListedTable } from './syntax.ts';

/**
 * Joins tables that stand in a text more than once (several listings pasted together). Parts that add up are joined,
 * repetitions are dropped with a note; a chain that is listed twice with different rules is an error, and the later
 * listing counts.
 */
export function mergeTables(listed: readonly ListedTable[], report: Reporter): ListedTable[] {
  const tables = new Map<string, Joined>();
  for (const table of listed) {
    const key = `${table.family} ${table.name}`;
    const known = tables.get(key);
    if (known === undefined) tables.set(key, newTable(table, report));
    else join(known, table, report);
  }
  return [...tables.values()].map(({ table, chains }) => ({ ...table, chains: [...chains.values()] }));
}

interface Joined {
  table: ListedTable;
  readonly chains: Map<string, ListedChain>;
}

function newTable(table: ListedTable, report: Reporter): Joined {
  const joined: Joined = { table, chains: new Map() };
  for (const chain of table.chains) addChain(joined, chain, report);
  return joined;
}

function join(joined: Joined, table: ListedTable, report: Reporter): void {
  const sets = new Map<string, ListedSet>([...joined.table.sets, ...table.sets]);
  joined.table = { ...joined.table, sets, dormant: table.dormant };
  for (const chain of table.chains) addChain(joined, chain, report);
}

function addChain(joined: Joined, chain: ListedChain, report: Reporter): void {
  const known = joined.chains.get(chain.name);
  joined.chains.set(chain.name, chain);
  if (known === undefined) return;
  const where = `chain ${chain.name} of table ${joined.table.family} ${joined.table.name}`;
  const position = { line: chain.line, column: 1 };
  if (sameChain(known, chain)) report.note(position, `${where} is listed again (first on line ${known.line})`, where);
  else report.error(position, `${where} is listed again with other rules (first on line ${known.line})`, where);
}

/** Whether two listings of a chain say the same; counters may have moved on between them. */
function sameChain(a: ListedChain, b: ListedChain): boolean {
  return sameData(withoutLines(a), withoutLines(b));
}

function withoutLines(chain: ListedChain): unknown {
  const rules = chain.rules.map((rule) => rule.statements.filter(({ kind }) => kind !== 'counter'));
  return { base: chain.base ?? null, rules };
}
