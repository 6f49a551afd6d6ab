import type { Context } from '../../expect/context.ts';
import { isCovered } from '../../model/pod.ts';
import type { Undetermined } from '../../model/report.ts';
import { type RuleReference, rulesOf } from '../../model/ruleset.ts';
import { missingEvidence, quoted, ruleEvidence } from '../../rules/quote.ts';
import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { probeTakers, type Takers } from '../node/takers.ts';

/** The rules that give the kubelet's probes their source on a node, and what takes the probes before. */
export const nodeProbes = defineCheck({
  id: 'node-probes',
  description: "the rules of the node give the kubelet's probes their address",
  codes: ['NAT0903'],
  run: (context) => {
    if (context.config.dataplane !== 'ambient' || context.config.scope !== 'host')
      return { skipped: 'this is no node' };
    if (context.older !== null) return { skipped: 'the layout is that of an older release' };
    const missing = missingRules(context);
    const unread = missing.find((where) => context.layout.mayBeUnread(where));
    if (unread !== undefined) {
      return {
        undetermined: `a rule of ${unread.chain.name} was not read, and it may be Istio's: iptables-save shows it`,
      };
    }
    if (missing.length > 0) return [lost(missing)];
    const takers = probeTakers(context);
    const certain = takers.filter(({ takes }) => takes === 'all');
    if (certain.length > 0) return [taken(certain.flatMap(({ rules }) => rules))];
    if (takers.length === 0) return [];
    return { undetermined: 'a rule ahead of those of Istio may take the probes', open: takers.map(doubt) };
  },
});

const EFFECT = "the kubelet's probes reach ambient pods from an address that the pods do not exempt";

function lost(missing: readonly RuleReference[]) {
  const what = missing.length === 1 ? 'A rule of the node is' : `${missing.length} rules of the node are`;
  return finding('NAT0903', {
    message: `${what} missing or not as Istio writes it: ${EFFECT}.`,
    evidence: missing.map(missingEvidence),
    likely: { kind: 'rule-lost', several: missing.length > 1 },
  });
}

function taken(rules: readonly RuleReference[]) {
  const what =
    rules.length === 1
      ? "A rule ahead of Istio's takes the packets that Istio's is for"
      : `${rules.length} rules ahead of Istio's take the packets that Istio's are for`;
  return finding('NAT0903', {
    message: `${what}: ${EFFECT}.`,
    evidence: rules.map(ruleEvidence),
    likely: { kind: 'told' },
    advice: 'On the node remove that rule, or have its owner append it behind the one of Istio.',
  });
}

/** It hangs on what the rules do not show, such as the address of the node from which a probe comes. */
function doubt({ rules, witness }: Takers): Undetermined {
  const [first] = rules;
  const others = rules.length > 1 ? ` or one of ${rules.length - 1} more` : '';
  const rule = first
    ? `${first.table.name} ${first.chain.name} #${first.rule.index}: ${quoted(first).text}${others}`
    : 'a rule';
  return {
    code: 'NAT1004',
    message: `Whether the kubelet's probes get the address that ambient pods exempt cannot be told: ahead of Istio's rule one such as tcp ${witness.source} → ${witness.destination} may be taken by ${rule}`,
    remedy:
      'On the node: `ip route get POD-ADDRESS` shows behind `src` the address that probes of that pod come from, and by which interface. If that rule is about it, remove it or have its owner append it behind the one of Istio.',
  };
}

function missingRules({ expected, layout, pod }: Context): RuleReference[] {
  return rulesOf(expected).filter((where) => isCovered(pod, where.table) && layout.liveCount(where) === 0);
}
