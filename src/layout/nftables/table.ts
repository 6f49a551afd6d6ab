import { type NativePurpose, nativeName, type Plane } from '../../istio/names.ts';
import { ORDER } from '../../istio/native-chains.ts';
import type { NamedSet } from '../../model/named-set.ts';
import type { Base, Chain, Table } from '../../model/ruleset.ts';
import type { DraftRule, TableDraft } from '../draft.ts';

/** How Istio attaches its native base chains; the priorities are those of the iptables tables of the same name. */
const BASES: Readonly<Record<NativePurpose, Readonly<Record<string, Omit<Base, 'policy'>>>>> = {
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

/** Which rules of a table carry a counter statement. */
export type Counted = (chain: string) => boolean;

/**
 * The tables that were used, as nft lists them after Istio's transaction: nat, mangle, raw. Istio keeps named sets in
 * nat only.
 */
export function nativeTables(
  plane: Plane,
  drafts: Readonly<Record<NativePurpose, TableDraft>>,
  counted: Counted,
  natSets: readonly NamedSet[] = [],
): Table[] {
  const purposes: readonly NativePurpose[] = ['nat', 'mangle', 'raw'];
  return purposes
    .filter((purpose) => drafts[purpose].registered)
    .map((purpose) => ({
      backend: 'nftables',
      family: 'inet',
      name: nativeName(plane, purpose),
      ...(purpose === 'nat' && natSets.length > 0 && { sets: natSets }),
      chains: chainsOf(purpose, drafts[purpose], counted),
    }));
}

/** Unlike iptables, a native table has only the chains that were declared. */
function chainsOf(purpose: NativePurpose, draft: TableDraft, counted: Counted): Chain[] {
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
