import type { Context } from '../../expect/context.ts';
import { isMixture } from '../../istio/planes.ts';
import { groupBy } from '../../model/group-by.ts';
import { deletion } from '../../rules/edits.ts';
import { ruleEvidence } from '../../rules/quote.ts';
import { defineCheck } from '../check.ts';
import { type Idle, idleExclusions } from '../exclusions/configured.ts';
import { type Overtaken, overtakenExclusions } from '../exclusions/live.ts';
import type { ExclusionKey } from '../exclusions/packets.ts';
import { unknownInputs } from '../exclusions/unknown.ts';
import { type Found, finding } from '../finding.ts';
import { isOutsideMesh } from '../traffic/groups.ts';

/** Exclusions without which nothing would be different: by the configuration, and by rules that somebody added. */
export const exclusions = defineCheck({
  id: 'exclusions',
  ofLayout: true,
  description: 'every exclusion has an effect',
  codes: ['NAT0209'],
  run: (context) => {
    if (isOutsideMesh(context)) return { skipped: 'nothing is captured here' };
    // What was read off the rules and does no harm was hardly meant to do anything.
    const entries = idleExclusions(context).filter(
      ({ key, harmless }) => !harmless || context.origin[key] !== 'inferred',
    );
    const idle = [...groupBy(entries, ({ key, because }) => `${key} ${because}`).map(configured), ...unknown(context)];
    if (isMixture(context.pod.ruleset)) return idle;
    return [...idle, ...live(context)];
  },
});

const NAMES: Readonly<Record<ExclusionKey, readonly [string, string]>> = {
  inboundPortsExclude: ['inbound port', 'inbound ports'],
  outboundPortsExclude: ['outbound port', 'outbound ports'],
  outboundIpRangesExclude: ['outbound range', 'outbound ranges'],
  ownerGroupsExclude: ['group', 'groups'],
};

/** More entries than this are counted, not listed. */
const LISTED = 20;

function configured(idle: readonly [Idle, ...Idle[]]): Found<'NAT0209'> {
  const [{ key, because, harmless }] = idle;
  const items = idle.map(({ item }) => item);
  const rest = items.length > LISTED ? ` and ${items.length - LISTED} more` : '';
  const list = items.slice(0, LISTED).join(', ') + rest;
  const noun = NAMES[key][items.length > 1 ? 1 : 0];
  return finding('NAT0209', {
    message: `The exclusion of ${noun} ${list} has no effect: ${because}.`,
    ...(harmless ? { severity: 'info' as const } : {}),
    evidence: [{ kind: 'command', command: key, text: list }],
  });
}

/** One finding for all that was set for the other data plane. */
function unknown(context: Context): Found<'NAT0209'>[] {
  const inputs = unknownInputs(context);
  if (inputs.length === 0) return [];
  const { dataplane } = context.config;
  const list = inputs
    .slice(0, LISTED)
    .map(({ command, text }) => `${command} ${text}`)
    .join('; ');
  const what = inputs.length === 1 ? 'This input has' : `${inputs.length} inputs have`;
  return [
    finding('NAT0209', {
      message: `${what} no effect, because ${PLANES[dataplane]} knows no such ${inputs.length === 1 ? 'thing' : 'things'}: ${list}.`,
      evidence: inputs.slice(0, LISTED),
      likely: { kind: 'told' },
      advice: dataplane === 'ambient' ? AMBIENT_WAY_OUT : 'Take it off the pod template: only ambient knows it.',
    }),
  ];
}

const PLANES = { ambient: 'ambient', sidecar: 'a sidecar' } as const;
const AMBIENT_WAY_OUT = [
  'Take the pod out as a whole: the label `istio.io/dataplane-mode: none` on its template (1.22 and later).',
  'Or its inbound traffic: the annotation `ambient.istio.io/bypass-inbound-capture: "true"` (1.24 and later).',
].join('\n');

function live(context: Context): Found<'NAT0209'>[] {
  return overtakenExclusions(context).map(tooLate);
}

function tooLate({ where, family, by }: Overtaken): Found<'NAT0209'> {
  const { table, chain, rule } = where;
  const first = by ? ` by ${by.table.name} ${by.chain.name} rule ${by.rule.index}` : '';
  return finding('NAT0209', {
    message: `${table.name} ${chain.name} rule ${rule.index} has no effect: its packets are captured before${first}.`,
    ...(table.family === 'inet' ? {} : { family }),
    evidence: [ruleEvidence(where), ...(by ? [ruleEvidence(by)] : [])],
    edits: [deletion(where)],
  });
}
