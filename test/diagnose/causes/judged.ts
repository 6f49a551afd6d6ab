import { declaredOf } from '../../../src/expect/declared.ts';
import { FAMILIES } from '../../../src/model/family.ts';
import type { CheckReport } from '../../../src/model/report.ts';
import { factsOfTexts } from '../../../src/observe/texts.ts';
import { formatConfig } from '../../../src/parse/config/index.ts';
import { check } from '../../../src/pipeline/check.ts';
import { printSave } from '../../../src/print/iptables/index.ts';
import { printNft } from '../../../src/print/nft/index.ts';
import type { Case } from './case.ts';

/** What `check` says of the case, given what the tools print of it. */
export function judged({ config, live }: Pick<Case, 'config' | 'live'>): CheckReport {
  const xtables = live.tables.filter(({ backend }) => backend !== 'nftables');
  const native = live.tables.filter(({ backend }) => backend === 'nftables');
  const saves = FAMILIES.filter((family) => config.enableIpv6 || family === 'ipv4').map((family) => ({
    name: `rules.${family}`,
    text: `# ${family === 'ipv4' ? 'iptables' : 'ip6tables'}-save\n${printSave(xtables.filter((table) => table.family === family))}`,
  }));
  const listing = { name: 'rules.nft', text: printNft(native) };
  const texts = [...saves.filter(({ text }) => text.includes('*')), ...(native.length > 0 ? [listing] : [])];
  const file = { name: 'config', text: JSON.stringify(formatConfig(config)) };
  return check(factsOfTexts(texts), declaredOf({ file }), { toolVersion: '0' });
}

/** The codes of what is wrong, one for each finding. */
export function loudCodes({ findings }: CheckReport): string[] {
  return findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code);
}
