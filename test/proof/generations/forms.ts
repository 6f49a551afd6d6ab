import type { Family } from '../../../src/model/family.ts';

/** How a layout is shown: as a listing of these commands, each of which makes one saved text. */
export interface Form {
  /** What stands in the columns of the result. */
  readonly name: string;
  readonly commands: readonly string[];
  /** Listings of one chain after the other may name no address; then only who saved them knows the family. */
  readonly family?: Family;
  /** What the form must come to: `shows` has all that a verdict rests on; of the others a verdict may be open, never false. */
  readonly shows: boolean;
}

/** What was loaded, as far as it decides which commands show it. */
export interface Loaded {
  readonly backend: 'legacy' | 'nft' | 'native';
  /** Tables of iptables by family, without those that the layout has nothing in. */
  readonly tables: Readonly<Record<'v4' | 'v6', readonly string[]>>;
}

const FAMILIES = ['v4', 'v6'] as const;
const TOOL = { v4: 'iptables', v6: 'ip6tables' } as const;

/** Listings by chain: what `-L` is given besides. */
const LISTS: readonly (readonly [string, boolean])[] = [
  ['-S', true],
  ['-L -n -v', true],
  ['-L -n -v -x', true],
  ['-L -n -v --line-numbers', true],
  ['-L -n', false],
  ['-L -n --line-numbers', false],
  ['-L -v', false],
  ['-L', false],
];

/** nft's options and objects; the translations of rules of iptables are not all there is to them. */
const RULESETS = ['nft list ruleset', 'nft -a list ruleset', 'nft -s list ruleset', 'nft -n list ruleset'];
const JSON_RULESETS = ['nft -j list ruleset', 'nft -j -a list ruleset'];

/** The forms that show how rules are kept: enough where a release lists what another one wrote. */
const PLAIN: ReadonlySet<string> = new Set(['save', '-S', '-L -n -v', 'nft list ruleset', 'nft -j list ruleset']);

/** The forms in which rules of another release are listed. */
export function plainFormsOf(loaded: Loaded): Form[] {
  return formsOf(loaded).filter(({ name }) => PLAIN.has(name));
}

/** All the forms in which a layout can be listed. */
export function formsOf(loaded: Loaded): Form[] {
  const native = loaded.backend === 'native';
  const nft = loaded.backend === 'legacy' ? [] : [...RULESETS, ...JSON_RULESETS];
  return [
    ...(native ? [] : iptablesForms(loaded)),
    ...nft.map((command): Form => ({ name: command, commands: [command], shows: native })),
  ];
}

function iptablesForms({ backend, tables }: Loaded): Form[] {
  const families = FAMILIES.filter((family) => tables[family].length > 0);
  const saves = ['save', 'save -c'].map((save): Form => {
    const commands = families.map((family) => `${TOOL[family]}-${backend}-${save}`);
    return { name: save, commands, shows: true };
  });
  const lists = families.flatMap((family) =>
    LISTS.map(([options, shows]): Form => {
      const commands = tables[family].map((table) => `${TOOL[family]}-${backend} -t ${table} ${options}`);
      return { name: options, commands, family: family === 'v4' ? 'ipv4' : 'ipv6', shows };
    }),
  );
  return [...saves, ...lists];
}
