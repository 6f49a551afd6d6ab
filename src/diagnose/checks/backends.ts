import type { Context } from '../../expect/context.ts';
import { isAboutIstio, istioTables } from '../../istio/chains.ts';
import { backendInUse, planesOf, rivalBackends } from '../../istio/planes.ts';
import { isProbeResidue } from '../../istio/probe-residue.ts';
import { isStale } from '../../istio/stale-tables.ts';
import type { Evidence } from '../../model/report.ts';
import { type Backend, type RuleReference, rulesOf } from '../../model/ruleset.ts';
import { nftDeleteTable } from '../../print/nft/commands.ts';
import { ruleEvidence } from '../../rules/quote.ts';
import { defineCheck } from '../check.ts';
import { type Found, finding } from '../finding.ts';
import { sameTarget } from '../traffic/verdicts.ts';

/** Istio's rules in more than one of legacy, iptables-nft and native nftables. */
export const twoBackends = defineCheck({
  id: 'one-backend',
  ofLayout: true,
  description: "Istio's rules are in one backend only",
  codes: ['NAT0701'],
  traffic: ['NAT0701'],
  run: (context, told) => {
    const { ruleset } = context.pod;
    if (planesOf(ruleset).size > 1) return { skipped: 'there are rules of both data planes' };
    const backends = rivalBackends(ruleset);
    if (backends.length === 0) return [];
    const evidence = backends.flatMap((backend) => firstRule(context, backend));
    const differences = told().flatMap((found) => found.differences);
    const message = `Istio's rules are in ${backends.map(nameOf).join(' and in ')}; every packet meets all of them.`;
    return [finding('NAT0701', { message, evidence, differences })];
  },
});

function firstRule({ pod }: Context, backend: Backend): Evidence[] {
  const table = istioTables(pod.ruleset).find((candidate) => candidate.backend === backend);
  const chain = table?.chains.find(({ rules }) => rules.length > 0);
  const rule = chain?.rules[0];
  return table && chain && rule ? [ruleEvidence({ table, chain, rule })] : [];
}

function nameOf(backend: Backend): string {
  return backend === 'nftables' ? 'native nftables' : backend;
}

/** Legacy tables that exist and are empty: harmless, although every nft tool warns about them. */
export const emptyLegacy = defineCheck({
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
});

/** The rule that Istio tries a backend out with and then deletes. */
export const probeResidue = defineCheck({
  id: 'backend-probe',
  description: "no rule of Istio's backend probe is left",
  codes: ['NAT0703'],
  // Whatever packets such a rule takes along, it is the rule that is told.
  traffic: ['NAT0703'],
  run: ({ pod }) => {
    const left = rulesOf(pod.ruleset).filter(isProbeResidue);
    if (left.length === 0) return [];
    return [
      finding('NAT0703', {
        message:
          "A rule for protocol 255, with which Istio tries out a backend, was not deleted: that run of Istio's was interrupted.",
        evidence: left.map(ruleEvidence),
      }),
    ];
  },
});

/** All of Istio's rules in iptables although native nftables is configured, or the other way round. */
export const configuredBackend = defineCheck({
  id: 'configured-backend',
  ofLayout: true,
  description: "Istio's rules are in the backend that is configured",
  codes: ['NAT0704'],
  run: (context) => {
    const used = backendInUse(context.pod.ruleset);
    if (used === null) return { skipped: 'not all rules are in one backend' };
    const wanted = context.config.backend;
    if (used === wanted) return besideTheNode(context);
    const message = `Istio's rules are in ${used === 'nftables' ? 'native nftables' : used}, and ${wanted === 'nftables' ? 'native nftables' : wanted} is configured. They were judged where they are.`;
    const backends = new Set(istioTables(context.pod.ruleset).map(({ backend }) => backend));
    return [finding('NAT0704', { message, evidence: [...backends].flatMap((backend) => firstRule(context, backend)) })];
  },
});

/**
 * On a node the variant of iptables that everybody else writes with, and Istio does not. Both see every packet; which of
 * them first hangs on who came first, and it changes with every restart.
 */
function besideTheNode(context: Context): Found<'NAT0704'>[] {
  const { ruleset } = context.pod;
  if (context.config.scope !== 'host') return [];
  const own = new Set(istioTables(ruleset).map(({ backend }) => backend));
  const others = rulesOf(ruleset).filter((where) => isSourceRule(where) && !isAboutIstio(where));
  const theirs = new Set(others.map(({ table }) => table.backend).filter((backend) => VARIANTS.has(backend)));
  const mine = [...own].find((backend) => VARIANTS.has(backend));
  const [first] = others;
  if (mine === undefined || first === undefined || theirs.size === 0 || theirs.has(mine)) return [];
  return [
    finding('NAT0704', {
      message: `Istio's rules of this node are in ${mine}, and the other programs of the node write to ${[...theirs].join(' and ')}: which of them sees the kubelet's probes first hangs on which was registered last.`,
      evidence: [...firstRule(context, mine), ruleEvidence(first)],
    }),
  ];
}

const VARIANTS: ReadonlySet<Backend> = new Set(['iptables-legacy', 'iptables-nft']);

/** Where sources are decided: a filter of somebody's in the other variant is in nobody's way. */
function isSourceRule({ table: { name, family }, chain }: RuleReference): boolean {
  return name === 'nat' && family !== 'inet' && chain.name !== 'OUTPUT' && chain.name !== 'PREROUTING';
}

/** Native tables that Istio did not flush because it had nothing to write there any more. */
export const staleTables = defineCheck({
  id: 'stale-tables',
  description: 'no native table of a feature that is off holds rules',
  codes: ['NAT0705'],
  traffic: ['NAT0705'],
  run: (context, told) => {
    const stale = context.pod.ruleset.tables.filter((table) => isStale(table, context.expected, context.pod.ruleset));
    if (stale.length === 0) return [];
    const rules = rulesOf({ tables: stale });
    const differences = told().flatMap((found) => found.differences);
    const diverts = differences.some(({ live, expected }) => !sameTarget(live, expected));
    const names = stale.map(({ name }) => name).join(' and ');
    const effect = diverts ? 'they still decide where packets go' : 'no packet goes elsewhere because of them';
    return [
      finding('NAT0705', {
        message: `The configuration has no use for ${names}, and ${stale.length === 1 ? 'this table holds' : 'these tables hold'} rules; ${effect}.`,
        ...(diverts ? { severity: 'error' as const } : {}),
        evidence: rules.slice(0, 10).map(ruleEvidence),
        differences,
        edits: stale.map((table) => ({ kind: 'run' as const, argv: nftDeleteTable(table) })),
      }),
    ];
  },
});
