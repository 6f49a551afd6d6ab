import type { Chain, Table } from '../../model/ruleset.ts';
import { printPriority } from './priority.ts';
import { printNftRule } from './rule.ts';
import { printSet } from './set.ts';
import { identifier, tableFamilyWord } from './values.ts';

export { printNftRule } from './rule.ts';

/**
 * Tables as `nft list ruleset` (1.0.6) prints them. `nft -f` loads the text, and lists the same text again. Maps are not
 * part of the model: rules that name one load only where it exists.
 */
export function printNft(tables: readonly Table[]): string {
  return tables.map(printTable).join('');
}

function printTable(table: Table): string {
  const parts = [...(table.sets ?? []).map(printSet), ...table.chains.map(printChain)].join('\n');
  return `table ${tableFamilyWord(table.family)} ${identifier(table.name)} {\n${parts}}\n`;
}

function printChain(chain: Chain): string {
  const lines = [...(chain.base ? [printBase(chain.base)] : []), ...chain.rules.map(printNftRule)];
  return `\tchain ${identifier(chain.name)} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`;
}

function printBase({ type, hook, priority, policy }: NonNullable<Chain['base']>): string {
  return `type ${type} hook ${hook.toLowerCase()} priority ${printPriority(priority, hook)}; policy ${policy};`;
}
