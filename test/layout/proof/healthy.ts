import { formatConfig } from '../../../src/parse/config/index.ts';
import { check } from '../../asked.ts';
import { savedTexts } from '../../observe/saved.ts';
import type { Recording } from '../recordings.ts';
import { same } from './differences.ts';

/** The forms in which each kind was recorded; the families of one form are read together. */
const FORMS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'sidecar-iptables': [['legacy.v4.save', 'legacy.v6.save'], ['nft.v4.save', 'nft.v6.save'], ['legacy.nat.S']],
  'ambient-iptables': [
    ['legacy.v4.save', 'legacy.v6.save'],
    ['nft.v4.save', 'nft.v6.save'],
  ],
  'sidecar-nftables': [['ruleset.nft'], ['ruleset.json']],
  'ambient-nftables': [['ruleset.nft'], ['ruleset.json']],
};
/** A listing of the nat table alone cannot answer for layouts that use other tables. */
const NAT_ONLY = 'legacy.nat.S';

/** What `check` has against a recording in any of its forms, with the configuration that it was recorded with. */
export async function foundUnhealthy(kind: string, recording: Recording): Promise<string[]> {
  const wrong: string[] = [];
  for (const names of FORMS[kind] ?? []) wrong.push(...(await verdictOn(recording, names)));
  return wrong;
}

async function verdictOn({ id, config, recorded }: Recording, names: readonly string[]): Promise<string[]> {
  const outside = savedTexts({ ...recorded, config: JSON.stringify(formatConfig(config)) });
  const source = { kind: 'rules', files: names } as const;
  const request = { source, config: { configFile: 'config', flags: {}, env: {} }, toolVersion: '0' } as const;
  const { verdict, findings, undetermined } = await check(request, outside);
  const codes = findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code);
  const loud = [...new Set(codes)];
  const open = undetermined.map(({ code }) => code);
  const said = { verdict, loud, open };
  if (names[0] === NAT_ONLY && verdict === 'undetermined') {
    return same(`${id} ${names}`, said, { verdict, loud: [], open: ['NAT1004'] });
  }
  return same(`${id} ${names}`, said, { verdict: 'healthy', loud: [], open: [] });
}
