import type { Config } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import { coversFamily, type Table } from '../model/ruleset.ts';
import { formatConfig } from '../parse/config/index.ts';
import { printListRules, printSave } from '../print/iptables/index.ts';
import { printNft } from '../print/nft/index.ts';
import type { LayoutForm } from './forms.ts';
import { expectedRuleset } from './layout.ts';

/**
 * The layout of a configuration as text.
 * @throws UsageError when the layout has no such form
 */
export function layoutText(config: Config, { output, family }: LayoutForm): string {
  const families = family === undefined ? FAMILIES : [family];
  const tables = expectedRuleset(config).tables.filter((table) => families.some((one) => coversFamily(table, one)));
  switch (output) {
    case 'json':
      return `${JSON.stringify(asJson(config, tables), null, 2)}\n`;
    case 'nft':
      if (config.backend !== 'nftables') throw wrongForm('nft', 'iptables', 'save, S or json, or --backend nftables');
      return printNft(tables);
    case 'save':
    case 'S':
      if (config.backend !== 'iptables') throw wrongForm(output, 'nftables', 'nft or json');
      return byFamily(tables, output);
  }
}

function wrongForm(form: string, backend: string, others: string): UsageError {
  return new UsageError(`--output ${form}: rules of backend ${backend} have no such form`, {
    hint: `Use --output ${others}.`,
  });
}

/** One family after the other, each with the heading that tells them apart when they are read back. */
function byFamily(tables: readonly Table[], form: 'save' | 'S'): string {
  return FAMILIES.map((family) => {
    const own = tables.filter((table) => table.family === family);
    if (own.length === 0) return '';
    return form === 'save'
      ? `# ${saveTool(family)}\n${printSave(own)}`
      : own.map((table) => listing(table, family)).join('');
  }).join('');
}

function saveTool(family: Family): string {
  return family === 'ipv4' ? 'iptables-save' : 'ip6tables-save';
}

function listing(table: Table, family: Family): string {
  const tool = family === 'ipv4' ? 'iptables' : 'ip6tables';
  return `# ${tool} -t ${table.name} -S\n${printListRules(table)}`;
}

function asJson(config: Config, tables: readonly Table[]): unknown {
  return {
    schemaVersion: 1,
    config: formatConfig(config),
    tables: tables.map(({ family, name, sets, chains }) => ({
      family,
      name,
      ...(sets && { sets: sets.map(({ elements: _, ...declared }) => declared) }),
      chains: chains.map(({ name: chain, base, rules }) => ({
        name: chain,
        ...(base === undefined
          ? {}
          : { hook: base.hook, type: base.type, priority: base.priority, policy: base.policy }),
        rules: rules.map(({ text }) => text),
      })),
    })),
  };
}
