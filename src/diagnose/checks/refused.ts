import type { Context } from '../../expect/context.ts';
import { istioTables } from '../../istio/chains.ts';
import { whyRefused } from '../../layout/index.ts';
import { releaseOf } from '../../model/releases.ts';
import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';

/** The release cannot program what is configured: then no rule is expected, and having none is not a good sign. */
export const programmable = defineCheck({
  id: 'programmable-layout',
  description: 'the kernel takes the rules of this configuration',
  codes: ['NAT0105', 'NAT0901', 'NAT0903'],
  run: (context) => {
    const { config, pod } = context;
    const refusal = whyRefused(config);
    // Rules that are here were written for another configuration; what they do is reported elsewhere.
    if (refusal === null || istioTables(pod.ruleset).length > 0) return [];
    return [
      finding(codeFor(context), {
        message: `Istio ${releaseOf(context)} cannot program this configuration, and left no rule: ${refusal.reason}.`,
        evidence: [{ kind: 'command', command: 'nft list ruleset', text: 'no table whose name starts with istio-' }],
        likely: { kind: 'told' },
        advice: refusal.remedy,
      }),
    ];
  },
});

function codeFor({ config: { dataplane, scope } }: Context): 'NAT0105' | 'NAT0901' | 'NAT0903' {
  if (dataplane === 'sidecar') return 'NAT0105';
  return scope === 'host' ? 'NAT0903' : 'NAT0901';
}
