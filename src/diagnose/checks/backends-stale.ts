import type { Table } from '../../model/ruleset.ts';
import type { Context } from '../context.ts';

/**
 * Whether a table is one of Istio's native ones that the configuration has no use for. Istio flushes only the tables it
 * writes to, so that the rules of a feature that was switched off stay: DNS capture (raw), TPROXY and the drop of
 * INVALID packets (mangle).
 */
export function isStale(table: Table, { expected }: Pick<Context, 'expected'>): boolean {
  if (table.backend !== 'nftables' || !/^istio-(proxy|ambient)-(raw|mangle)$/.test(table.name)) return false;
  if (table.chains.every(({ rules }) => rules.length === 0)) return false;
  const plane = table.name.slice(0, table.name.lastIndexOf('-'));
  const native = expected.tables.filter(({ backend }) => backend === 'nftables');
  return native.some(({ name }) => name.startsWith(plane)) && !native.some(({ name }) => name === table.name);
}
