import type { Context } from '../../expect/context.ts';
import { isAboutIstio, istioTables } from '../../istio/chains.ts';
import { isNamedElsewhere } from '../../istio/other-meshes.ts';
import { planesOf, rivalBackends } from '../../istio/planes.ts';
import { isProbeResidue } from '../../istio/probe-residue.ts';
import { isStale } from '../../istio/stale-tables.ts';
import type { TrafficCode } from '../catalogue/index.ts';
import { ambientCode, isCaptureLost } from './ambient-code.ts';
import type { Cause } from './cause.ts';
import { isGuardrail } from './guardrails.ts';

/**
 * The code for a cause in the light of everything else that was programmed: a second data plane or backend, leftovers,
 * ambient. `usual` decides all other causes.
 */
export function codeAmong(cause: Cause, context: Context, usual: () => TrafficCode): TrafficCode {
  return mixtureCode(cause, context) ?? planeCode(cause, context, usual);
}

function mixtureCode({ intruder, missing }: Cause, context: Context): TrafficCode | null {
  const { ruleset } = context.pod;
  if (context.older !== null) return null;
  if (intruder && isProbeResidue(intruder)) return 'NAT0703';
  if (intruder && istioTables(ruleset).length === 0 && isNamedElsewhere(intruder)) return noRules(context);
  if (intruder && (isGuardrail(intruder) || !isAboutIstio(intruder))) return null;
  const planes = planesOf(ruleset);
  if (planes.size > 1) return 'NAT0906';
  if (planes.size === 1 && !planes.has(context.config.dataplane)) {
    return context.config.dataplane === 'ambient' ? 'NAT0901' : 'NAT0906';
  }
  // With each rule there twice, the order of the other copy can be what decides.
  if ((intruder || !missing) && rivalBackends(ruleset).length > 0) return 'NAT0701';
  return intruder && isStale(intruder.table, context.expected, context.pod.ruleset) ? 'NAT0705' : null;
}

/** What is wrong is not what other products put in place of Istio's rules, but that there are none of Istio's. */
function noRules({ config }: Context): TrafficCode {
  return config.dataplane === 'ambient' ? 'NAT0901' : 'NAT0105';
}

/** Faults that are the same in both data planes, whichever rule they concern. */
const ALIKE: ReadonlySet<TrafficCode> = new Set(['NAT0109', 'NAT0111', 'NAT0601', 'NAT0602']);

/** In ambient a layout that is gone, or in large part gone, has a code of its own. */
function planeCode(cause: Cause, context: Context, usual: () => TrafficCode): TrafficCode {
  if (context.config.dataplane !== 'ambient' || context.older !== null) return usual();
  const code = usual();
  if (ALIKE.has(code)) return code;
  if (code === 'NAT0105' || (cause.intruder === null && isCaptureLost(cause.class.family, context))) return 'NAT0901';
  if (code === 'NAT0401' || code === 'NAT0406') return code;
  return ambientCode(cause, context) ?? (code === 'NAT0106' ? 'NAT0901' : code);
}
