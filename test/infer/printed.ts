import { FAMILIES } from '../../src/model/family.ts';
import type { Ruleset, Table } from '../../src/model/ruleset.ts';
import { printListRules, printSave } from '../../src/print/iptables/index.ts';
import { printNft } from '../../src/print/nft/index.ts';

/** How a layout reaches us: as iptables-save or -S print it, or nft; the tools' own names in front. */
export type Form = 'save' | 'S';

/** The rules as text; those of nftables have one form only. */
export function printed({ tables }: Ruleset, form: Form): string {
  if (tables.some(({ backend }) => backend === 'nftables')) return printNft(tables);
  return FAMILIES.map((family) => {
    const own = tables.filter((table) => table.family === family);
    const tool = family === 'ipv4' ? 'iptables' : 'ip6tables';
    if (own.length === 0) return '';
    return form === 'save' ? `# ${tool}-save\n${printSave(own)}` : own.map((table) => listing(tool, table)).join('');
  }).join('');
}

function listing(tool: string, table: Table): string {
  return `# ${tool} -t ${table.name} -S\n${printListRules(table)}`;
}
