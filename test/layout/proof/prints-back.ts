import { buildLayout } from '../../../src/layout/index.ts';
import { FAMILIES } from '../../../src/model/family.ts';
import type { Ruleset, Table } from '../../../src/model/ruleset.ts';
import { formatConfig } from '../../../src/parse/config/index.ts';
import { parseNft } from '../../../src/parse/nft/index.ts';
import { printNft } from '../../../src/print/nft/index.ts';
import { expected } from '../../asked.ts';
import { savedTexts } from '../../observe/saved.ts';
import { chainsOfSave } from '../chains.ts';
import type { Kernel } from '../kernel.ts';
import { KUBELET, type Recording, recordedGroups, withoutElements } from '../recordings.ts';
import { same } from './differences.ts';
import { nftFromJson } from './from-json.ts';

/**
 * What the kernel shows otherwise than it was recorded, after the layout was loaded: both variants and families of
 * iptables, chain by chain in order; of nftables the whole listing.
 */
export async function printedOtherwise(kernel: Kernel, kind: string, recording: Recording): Promise<string[]> {
  const layout = buildLayout(recording.config, { resolveGroup: recordedGroups(kind), kubeletUid: KUBELET });
  if (kind.endsWith('iptables')) return saves(kernel, layout, recording);
  return [...listings(kernel, layout, recording), ...(await commandOutput(kernel, recording))];
}

function saves(kernel: Kernel, layout: Ruleset, { id, recorded }: Recording): string[] {
  return (['legacy', 'nft'] as const).flatMap((variant) =>
    FAMILIES.flatMap((family) => {
      const save = recorded[`${variant}.${family === 'ipv4' ? 'v4' : 'v6'}.save`] ?? '';
      const back = kernel.roundTrip(variant, family, layout);
      return same(`${id} ${variant} ${family}`, chainsOfSave(back), chainsOfSave(save));
    }),
  );
}

function listings(kernel: Kernel, layout: Ruleset, { id, recorded }: Recording): string[] {
  const listing = recorded['ruleset.nft'] ?? '';
  const programmed = kernel.load(printNft(layout.tables));
  const { tables } = parseNft(listing, { source: id });
  const inUse = kernel.load(printNft(layout.tables.map((table) => filled(table, tables))));
  return [
    ...same(id, programmed.trim(), withoutElements(listing).trim()),
    ...same(`${id} with the pods of the node`, inUse.trim(), listing.trim()),
  ];
}

/** A table as Istio's agent keeps it: with the recorded elements in its sets. */
function filled(table: Table, live: readonly Table[]): Table {
  const sets = live.find(({ name }) => name === table.name)?.sets ?? [];
  if (table.sets === undefined) return table;
  const elements = (name: string) => sets.find((set) => set.name === name)?.elements ?? [];
  return { ...table, sets: table.sets.map((set) => ({ ...set, elements: elements(set.name) })) };
}

/**
 * What the command prints, as text and as JSON. It cannot know the ids of groups of another machine nor the kubelet's
 * user, so that layouts with such groups are left out and the user is root.
 */
async function commandOutput(kernel: Kernel, { id, config, recorded }: Recording): Promise<string[]> {
  const groups = [config.ownerGroupsInclude, config.ownerGroupsExclude].flat();
  if (groups.some((group) => /[a-z]/.test(group))) return [];
  const listing = withoutElements(recorded['ruleset.nft'] ?? '').replaceAll(`skuid ${KUBELET} `, 'skuid 0 ');
  const outside = savedTexts({ config: JSON.stringify(formatConfig(config)) });
  const print = async (output: 'nft' | 'json') =>
    (await expected({ output, config: { configFile: 'config', flags: {}, env: {} } }, outside)).text;
  return [
    ...same(`${id} --output nft`, kernel.load(await print('nft')).trim(), listing.trim()),
    ...same(`${id} --output json`, kernel.load(nftFromJson(await print('json'))).trim(), listing.trim()),
  ];
}
