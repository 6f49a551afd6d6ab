import type { RuleReference } from '../../model/ruleset.ts';
import { type Check, finding } from '../check.ts';
import { type Context, isCovered, rulesOf } from '../context.ts';
import { missingEvidence } from '../quote.ts';

/**
 * The rules that give the kubelet's probes their source on a node. What rules do to a source is not followed, so it is
 * the rules themselves that are looked for.
 */
export const nodeProbes: Check = {
  id: 'node-probes',
  description: "the rules of the node give the kubelet's probes their address",
  codes: ['NAT0903'],
  run: (context) => {
    if (context.config.dataplane !== 'ambient' || context.config.scope !== 'host')
      return { skipped: 'this is no node' };
    if (context.older !== null) return { skipped: 'the layout is that of an older release' };
    const missing = missingRules(context);
    if (missing.length === 0) return [];
    const what = missing.length === 1 ? 'A rule of the node is' : `${missing.length} rules of the node are`;
    return [
      finding('NAT0903', {
        message: `${what} missing or not as Istio writes it: the kubelet's probes reach ambient pods from an address that the pods do not exempt.`,
        evidence: missing.map(missingEvidence),
        command:
          'On the node: kubectl rollout restart daemonset/istio-cni-node -n istio-system writes the rules again.',
      }),
    ];
  },
};

function missingRules({ expected, layout, pod }: Context): RuleReference[] {
  return rulesOf(expected).filter((where) => isCovered(pod, where.table) && layout.liveCount(where) === 0);
}
