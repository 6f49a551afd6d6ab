import type { Family } from '../../../src/model/family.ts';
import type { Ruleset, Table } from '../../../src/model/ruleset.ts';
import { printSave } from '../../../src/print/iptables/index.ts';
import { printNft } from '../../../src/print/nft/index.ts';
import type { KernelPod, Variant } from '../../kernel/index.ts';

const TABLES = ['raw', 'mangle', 'nat', 'filter'];

/** Programs a layout in place of the one before, with a variant of iptables or, for native tables, with nft. */
export async function load(pod: KernelPod, ruleset: Ruleset, variant: Variant | 'native', families: readonly Family[]) {
  if (variant === 'native') {
    await pod.flush();
    await pod.nft(printNft(ruleset.tables));
    return;
  }
  for (const family of families) await pod.restore(variant, family, completeSave(ruleset, family));
}

/** Every table is named, so that nothing of an earlier layout stays behind. */
function completeSave(ruleset: Ruleset, family: Family): string {
  const tables = ruleset.tables.filter((table) => table.family === family);
  const others = TABLES.filter((name) => !tables.some((table) => table.name === name));
  return printSave([...tables, ...others.map((name): Table => ({ backend: 'iptables', family, name, chains: [] }))]);
}
