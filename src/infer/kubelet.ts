import { nativeTable } from '../istio/names.ts';
import type { LayoutOptions } from '../layout/index.ts';
import type { Table } from '../model/ruleset.ts';

/**
 * The user that the rules on a node take for the kubelet. Istio's agent finds it among the node's processes, so it is
 * no input and is seen nowhere but in the rules.
 */
export function kubeletFromRules(live: readonly Table[]): LayoutOptions {
  const nodes = live.filter(({ family, name }) => family === 'inet' && nativeTable(name)?.dataplane === 'ambient');
  const chains = nodes.flatMap(({ chains }) => chains.filter(({ base }) => base?.hook === 'POSTROUTING'));
  const rules = chains.flatMap((chain) => chain.rules.filter(({ targets }) => targets.at(-1)?.kind === 'snat'));
  for (const { uid } of rules.flatMap(({ matches }) =>
    matches.flatMap((match) => (match.kind === 'owner' ? [match] : [])),
  )) {
    if (uid && !uid.negated && uid.value.from === uid.value.to) return { kubeletUid: uid.value.from };
  }
  return {};
}
