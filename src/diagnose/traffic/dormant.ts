import type { Evidence } from '../../model/report.ts';
import type { Ruleset, Table } from '../../model/ruleset.ts';
import type { Cause } from './cause.ts';

/** The table that is switched off (`flags dormant`) and holds the rule that should have decided; null where none does. */
export function dormantTable(
  { intruder, missing, order, class: { expected } }: Cause,
  { tables }: Ruleset,
): Table | null {
  const wanted = (order?.late ?? expected.decidedBy)?.table;
  if (intruder !== null || missing !== null || wanted === undefined) return null;
  const isWanted = ({ family, name }: Table) => family === wanted.family && name === wanted.name;
  return tables.find((table) => table.dormant === true && isWanted(table)) ?? null;
}

/** The flag, as evidence. */
export function dormantEvidence({ family, name }: Table): Evidence {
  const table = `${family === 'inet' ? 'inet' : family === 'ipv4' ? 'ip' : 'ip6'} ${name}`;
  return { kind: 'command', command: 'nft list ruleset', text: `table ${table} { flags dormant }` };
}
