import type { Context } from '../../expect/context.ts';
import { istioTables } from '../../istio/chains.ts';
import { signsOfEnrolment } from '../../istio/enrolment.ts';
import type { Plane } from '../../istio/names.ts';
import { planesOf, planesOfChain } from '../../istio/planes.ts';
import type { Evidence } from '../../model/report.ts';
import { ruleEvidence } from '../../rules/quote.ts';
import { defineCheck } from '../check.ts';
import { type Found, finding } from '../finding.ts';
import { trafficFindingsOf } from '../traffic/groups.ts';

const NOT_AMBIENT = { skipped: 'the data plane is not ambient' } as const;

/** Enrolled in ambient, and the rules that capture are gone, incomplete, or a sidecar's. */
export const ambientRules = defineCheck({
  id: 'ambient-rules',
  ofLayout: true,
  description: "ambient's rules are all there",
  codes: ['NAT0901'],
  traffic: ['NAT0901'],
  run: (context, told) => {
    if (context.config.dataplane !== 'ambient') return NOT_AMBIENT;
    const found = told();
    return found.length === 0 ? [] : [lost([...found, ...exemptions(context)], context)];
  },
});

/** One finding for both families, with what says that the pod is enrolled. */
function lost(found: readonly Found[], context: Context): Found<'NAT0901'> {
  const signs = signsOfEnrolment(context.pod, context.said);
  const live = istioTables(context.pod.ruleset);
  const planes = planesOf(context.pod.ruleset);
  const state =
    live.length === 0
      ? 'none of its rules is here'
      : planes.has('ambient')
        ? 'its rules are not complete'
        : "the rules here are a sidecar's";
  const source =
    signs.length > 0
      ? 'Routing, sockets or annotation say that the pod is enrolled in ambient'
      : 'The pod is said to be in ambient';
  const families = new Set(found.map(({ family }) => family));
  const [first] = found;
  return finding('NAT0901', {
    message: `${source}, and ${state}. ${first?.message ?? ''}`,
    ...(families.size === 1 && first?.family !== undefined ? { family: first.family } : {}),
    evidence: [...signs, ...found.flatMap(({ evidence }) => evidence)],
    differences: found.flatMap(({ differences }) => differences),
    ...(first?.likely && { likely: first.likely }),
  });
}

const EXEMPTIONS = ['NAT0903', 'NAT0904'] as const;

/** The addresses that the kubelet's probes come from, and the marks of ztunnel's connections. */
export const ambientExemptions = defineCheck({
  id: 'ambient-exemptions',
  ofLayout: true,
  description: "probes are exempt and ztunnel's connections are marked",
  codes: EXEMPTIONS,
  traffic: EXEMPTIONS,
  run: (context) => {
    if (context.config.dataplane !== 'ambient') return NOT_AMBIENT;
    // Where the layout is lost, the rest of what is missing is no matter of its own.
    return trafficFindingsOf(['NAT0901'], context).length > 0 ? [] : exemptions(context);
  },
});

function exemptions(context: Context): Found<(typeof EXEMPTIONS)[number]>[] {
  return EXEMPTIONS.flatMap((code) => trafficFindingsOf([code], context));
}

/** Two data planes in one pod, or the other one than was named: whatever else differs comes from that. */
export const onePlane = defineCheck({
  id: 'one-data-plane',
  description: 'the data plane that is meant, and no other, has programmed the pod',
  codes: ['NAT0906'],
  traffic: ['NAT0906'],
  run: (context, told) => {
    const differences = told().flatMap((found) => found.differences);
    const planes = [...planesOf(context.pod.ruleset)];
    if (planes.length < 2 && differences.length === 0) return [];
    const message =
      planes.length > 1
        ? 'There are rules of a sidecar and of ambient in this pod, and every packet meets both.'
        : "The pod is said to have a sidecar, and the rules here are ambient's: ztunnel gets its traffic, the sidecar none.";
    const evidence = planes
      .toSorted()
      .reverse()
      .flatMap((plane) => rulesOfPlane(plane, context));
    return [
      finding('NAT0906', {
        message,
        evidence,
        differences,
        likely: { kind: 'other-plane', both: planes.length > 1 },
      }),
    ];
  },
});

/** The first rule of up to three chains of a data plane. */
function rulesOfPlane(plane: Plane, { pod }: Context): Evidence[] {
  const rules = pod.ruleset.tables.flatMap((table) =>
    table.chains.flatMap((chain) => {
      const [rule] = chain.rules;
      return rule && planesOfChain(table, chain).includes(plane) ? [ruleEvidence({ table, chain, rule })] : [];
    }),
  );
  return rules.slice(0, 3);
}
