import type { NamedSet } from '../../model/named-set.ts';
import type { Base, Chain, Table } from '../../model/ruleset.ts';
import type { DraftRule, TableDraft } from '../draft.ts';

type Purpose = 'raw' | 'mangle' | 'nat';

/** How Istio attaches its native base chains; the priorities are those of the iptables tables of the same name. */
const BASES: Readonly<Record<Purpose, Readonly<Record<string, Omit<Base, 'policy'>>>>> = {
  raw: {
    prerouting: { type: 'filter', hook: 'PREROUTING', priority: -300 },
    output: { type: 'filter', hook: 'OUTPUT', priority: -300 },
  },
  mangle: {
    prerouting: { type: 'filter', hook: 'PREROUTING', priority: -150 },
    output: { type: 'route', hook: 'OUTPUT', priority: -150 },
  },
  nat: {
    prerouting: { type: 'nat', hook: 'PREROUTING', priority: -100 },
    output: { type: 'nat', hook: 'OUTPUT', priority: -100 },
    postrouting: { type: 'nat', hook: 'POSTROUTING', priority: 100 },
  },
};

/** The order in which Istio declares the chains of its tables; nft lists them in that order. */
const ORDER = [
  'prerouting',
  'output',
  'postrouting',
  'istio-divert',
  'istio-tproxy',
  'istio-inbound',
  'istio-redirect',
  'istio-in-redirect',
  'istio-prerouting',
  'istio-output',
  'istio-output-dns',
  'istio-drop',
];

/** Which rules of a table carry a counter statement. */
export type Counted = (chain: string) => boolean;

/**
 * The tables that were used, as nft lists them after Istio's transaction: nat, mangle, raw. Istio keeps named sets in
 * nat only.
 */
export function nativeTables(
  prefix: string,
  drafts: Readonly<Record<Purpose, TableDraft>>,
  counted: Counted,
  natSets: readonly NamedSet[] = [],
): Table[] {
  const purposes: readonly Purpose[] = ['nat', 'mangle', 'raw'];
  return purposes
    .filter((purpose) => drafts[purpose].registered)
    .map((purpose) => ({
      backend: 'nftables',
      family: 'inet',
      name: `${prefix}-${purpose}`,
      ...(purpose === 'nat' && natSets.length > 0 && { sets: natSets }),
      chains: chainsOf(purpose, drafts[purpose], counted),
    }));
}

/** Unlike iptables, a native table has only the chains that were declared. */
function chainsOf(purpose: Purpose, draft: TableDraft, counted: Counted): Chain[] {
  const names = [...draft.chains.keys()].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return names.map((name) => {
    const base = BASES[purpose][name];
    const rules = (draft.chains.get(name) ?? []).map((rule, position) => finished(rule, position, counted(name)));
    return { name, ...(base && { base: { ...base, policy: 'accept' as const } }), rules };
  });
}

function finished(rule: DraftRule, position: number, counted: boolean) {
  return {
    index: position + 1,
    ...rule,
    ...(counted && { counters: { packets: 0, bytes: 0 } }),
    origin: { source: 'expected', line: 0 },
    text: '',
  };
}
