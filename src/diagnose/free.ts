import type { Context } from '../expect/context.ts';
import { istioTables } from '../istio/chains.ts';
import { emptiedOnNode, isNode } from '../istio/node.ts';

/** Whether no rules are expected, because this is a node or a kind of pod that is not captured. */
export function isFree(context: Context): boolean {
  const { ruleset } = context.pod;
  if (istioTables(ruleset).length > 0) return false;
  if (context.exempt !== null) return true;
  return isNode(context) && (context.config.dataplane !== 'ambient' || emptiedOnNode(ruleset).length === 0);
}
