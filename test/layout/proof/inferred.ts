import { inferConfig, optionsFromRules } from '../../../src/infer/index.ts';
import { buildLayout } from '../../../src/layout/index.ts';
import { compareReleases, parseRelease, type Release } from '../../../src/layout/release.ts';
import type { Coverage } from '../../../src/model/pod.ts';
import type { Table } from '../../../src/model/ruleset.ts';
import { parseIptables } from '../../../src/parse/iptables/index.ts';
import { parseNft } from '../../../src/parse/nft/index.ts';
import { printRule } from '../../../src/print/iptables/index.ts';
import { printNftRule } from '../../../src/print/nft/index.ts';
import type { Recording } from '../recordings.ts';
import { same } from './differences.ts';

/**
 * Two ranges have the very layout of these, and the other one is named first: IPv6 got its outbound port inclusions in
 * 1.9.6 and 1.10.2 but not in 1.10.0, and native TPROXY without inbound ports failed in 1.28.0 only.
 */
const AMBIGUOUS = ['sidecar-iptables/1.9.9/ipv6-outbound-ports', 'sidecar-nftables/1.27.4/inbound-ports-empty-tproxy'];

/** Both families were looked at as a whole. */
const SEEN: readonly Coverage[] = [
  { family: 'ipv4', tables: 'all' },
  { family: 'ipv6', tables: 'all' },
];

/**
 * What is wrong with what is inferred from a recording in any of its forms: the best candidate must be at distance 0,
 * its range must contain the release, and its configuration must make the recorded rules.
 */
export function inferredOtherwise(recording: Recording): string[] {
  return shown(recording).flatMap((tables) => oneForm(recording, tables));
}

function oneForm({ id, config }: Recording, tables: readonly Table[]): string[] {
  const { candidates } = inferConfig({ tables }, { coverage: SEEN });
  const [best] = candidates;
  if (best === undefined) return [`${id}: nothing of Istio's found`];
  const exact = candidates.filter(({ distance }) => distance === 0);
  const fitting = exact.find(({ releases }) => covers(releases, config.istioVersion));
  const ranges = exact.map(({ releases }) => releases.join(' - ')).join(', ');
  return [
    ...same(`${id} distance`, best.distance, 0),
    ...(fitting === undefined ? [`${id}: ${config.istioVersion} is not in ${ranges}`] : []),
    ...(fitting === best || AMBIGUOUS.includes(id) ? [] : [`${id}: another range comes first: ${ranges}`]),
    ...same(id, textsOf(buildLayout(best.config, optionsFromRules(tables)).tables), textsOf(tables)),
  ];
}

/** The rules by table and chain, chains in alphabetical order. Counters are no part of what infer compares. */
function textsOf(tables: readonly Table[]): string[] {
  return tables
    .flatMap((table) =>
      table.chains.map((chain) =>
        chain.rules.map(({ counters: _, ...rule }) => {
          const text = table.backend === 'nftables' ? printNftRule(rule) : printRule(rule, chain.name);
          return `${table.family} ${table.name} ${chain.name} ${text}`;
        }),
      ),
    )
    .filter((rules) => rules.length > 0)
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
    .flat();
}

function shown({ recorded }: Recording): Table[][] {
  const families = ['ipv4', 'ipv6'] as const;
  const saves = ['legacy', 'nft'].map((variant) =>
    families.flatMap((family) => {
      const text = recorded[`${variant}.${family === 'ipv4' ? 'v4' : 'v6'}.save`] ?? '';
      return parseIptables(text, { source: variant, family, backend: 'iptables' }).tables;
    }),
  );
  const listings = ['ruleset.nft', 'ruleset.json'].map(
    (name) => parseNft(recorded[name] ?? '', { source: name }).tables,
  );
  return [...saves, ...listings].filter((tables) => tables.length > 0);
}

/** Whether a range, whose ends may stand for all patches of a minor, has a release in it. */
function covers([first, last]: readonly [string, string], release: string): boolean {
  const from = known(first);
  const start = from.patch === null ? { ...from, patch: 0 } : from;
  return compareReleases(start, known(release)) <= 0 && compareReleases(known(release), known(last)) <= 0;
}

function known(text: string): Release {
  const release = parseRelease(text);
  if ('error' in release) throw new Error(release.error);
  return release;
}
