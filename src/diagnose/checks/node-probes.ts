import type { Context } from '../../expect/context.ts';
import { isIstioChain } from '../../istio/chains.ts';
import type { Match } from '../../model/match.ts';
import { isCovered } from '../../model/pod.ts';
import { TCP } from '../../model/protocol.ts';
import { type RuleReference, rulesOf } from '../../model/ruleset.ts';
import { endsWay } from '../../model/target-effects.ts';
import { canonical } from '../../rules/canonical.ts';
import { missingEvidence, ruleEvidence } from '../../rules/quote.ts';
import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';

/**
 * The rules that give the kubelet's probes their source on a node. What rules do to a source is not followed, so it is
 * the rules themselves that are looked for, and what stands in their way.
 */
export const nodeProbes = defineCheck({
  id: 'node-probes',
  description: "the rules of the node give the kubelet's probes their address",
  codes: ['NAT0903'],
  run: (context) => {
    if (context.config.dataplane !== 'ambient' || context.config.scope !== 'host')
      return { skipped: 'this is no node' };
    if (context.older !== null) return { skipped: 'the layout is that of an older release' };
    const missing = missingRules(context);
    const inTheWay = missing.length === 0 ? rulesInTheWay(context) : [];
    if (missing.length + inTheWay.length === 0) return [];
    return [
      finding('NAT0903', {
        message: `${missing.length > 0 ? lack(missing.length) : takers(inTheWay.length)}: the kubelet's probes reach ambient pods from an address that the pods do not exempt.`,
        evidence: [...missing.map(missingEvidence), ...inTheWay.map(ruleEvidence)],
        advice:
          missing.length > 0
            ? 'On the node: kubectl rollout restart daemonset/istio-cni-node -n istio-system writes the rules again.'
            : 'On the node: remove that rule, or have its owner append it behind the one of Istio.',
      }),
    ];
  },
});

function lack(count: number): string {
  const what = count === 1 ? 'A rule of the node is' : `${count} rules of the node are`;
  return `${what} missing or not as Istio writes it`;
}

function takers(count: number): string {
  return count === 1
    ? "A rule ahead of Istio's takes the packets that Istio's is for"
    : `${count} rules ahead of Istio's take the packets that Istio's are for`;
}

function missingRules({ expected, layout, pod }: Context): RuleReference[] {
  return rulesOf(expected).filter((where) => isCovered(pod, where.table) && layout.liveCount(where) === 0);
}

/**
 * The rules ahead of a node's own that take the packets of probes: in Istio's chain every rule of somebody else's that
 * ends a packet's way; in the built-in chain, which is everybody's, only one that no probe passes.
 */
export function rulesInTheWay({ config, expected, layout, pod }: Context): RuleReference[] {
  if (config.dataplane !== 'ambient' || config.scope !== 'host') return [];
  const own = rulesOf(pod.ruleset).filter((where) => layout.expectedCount(where) > 0);
  const wanted = new Set(rulesOf(expected).map(({ chain }) => chain.name));
  // After an upgrade a rule of the older release may be there, which does the same with a set of another name.
  const same = new Set(rulesOf(expected).map(doing));
  return rulesOf(pod.ruleset).filter(
    (where) =>
      wanted.has(where.chain.name) &&
      layout.expectedCount(where) === 0 &&
      !same.has(doing(where)) &&
      where.rule.targets.some(endsWay) &&
      (isIstioChain(where.table, where.chain) || where.rule.matches.every(isMetByProbes)) &&
      own.some(
        ({ table, chain, rule }) => table === where.table && chain === where.chain && rule.index > where.rule.index,
      ),
  );
}

/** What a rule does, whatever packets it is about. */
function doing({ table, chain, rule }: RuleReference): string {
  return canonical(table, chain, { ...rule, matches: [] });
}

function isMetByProbes(match: Match): boolean {
  switch (match.kind) {
    case 'comment':
      return true;
    case 'protocol':
      return !match.negated && match.protocol === TCP;
    default:
      return false;
  }
}
