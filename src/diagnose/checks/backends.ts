import type { Backend } from '../../model/ruleset.ts';
import { type Check, finding } from '../check.ts';
import { istioTables } from '../context.ts';
import { ruleEvidence } from '../quote.ts';
import type { Evidence } from '../report.ts';

/** Istio's rules in more than one of legacy, iptables-nft and native nftables. */
export const twoBackends: Check = {
  id: 'one-backend',
  description: "Istio's rules are in one backend only",
  codes: ['NAT0701'],
  run: ({ pod }) => {
    const tables = istioTables(pod.ruleset);
    const backends = [...new Set(tables.map(({ backend }) => backend))];
    if (backends.length < 2) return [];
    const evidence = backends.flatMap((backend): Evidence[] => {
      const table = tables.find((candidate) => candidate.backend === backend);
      const chain = table?.chains.find(({ rules }) => rules.length > 0);
      const rule = chain?.rules[0];
      return table && chain && rule ? [ruleEvidence({ table, chain, rule })] : [];
    });
    const message = `Istio's rules are in ${backends.map(nameOf).join(' and in ')}; every packet meets all of them.`;
    return [finding('NAT0701', { message, evidence })];
  },
};

function nameOf(backend: Backend): string {
  return backend === 'nftables' ? 'native nftables' : backend;
}

/** Legacy tables that exist and are empty: harmless, though every nft tool warns about them. */
export const emptyLegacy: Check = {
  id: 'legacy-tables',
  description: 'no empty legacy tables are registered',
  codes: ['NAT0702'],
  run: ({ pod }) => {
    const names = pod.emptyLegacyTables.map(({ family, name }) => `${name} (${family})`);
    if (names.length === 0) return [];
    return [
      finding('NAT0702', {
        message: `Legacy tables without a rule are registered: ${names.join(', ')}. "legacy tables present" in other tools' output is about these and means nothing.`,
        evidence: [{ kind: 'command', command: 'iptables-legacy-save', text: names.join(', ') }],
      }),
    ];
  },
};
