import { isIstioChain } from '../istio/chains.ts';
import { grouped, INPUT_LIMITS } from '../model/limits.ts';
import type { Pod } from '../model/pod.ts';

/**
 * The pod, or where one of Istio's chains has more rules than can be held against a layout in time and memory, the words
 * that it could not be looked at: every rule of these is compared with each class of packets.
 */
export function withinReach(pod: Pod): Pod {
  const tooLong = pod.ruleset.tables
    .flatMap((table) => table.chains.map((chain) => ({ table, chain })))
    .find(({ table, chain }) => isIstioChain(table, chain) && chain.rules.length > INPUT_LIMITS.istioRules);
  if (tooLong === undefined) return pod;
  const { table, chain } = tooLong;
  const message = `the chain ${chain.name} of the table ${table.name} has ${grouped(chain.rules.length)} rules; more than ${grouped(INPUT_LIMITS.istioRules)} are not looked at`;
  const remedy = 'Look at that chain by hand: no annotation of a pod makes so many rules';
  return {
    ...pod,
    ruleset: { tables: [] },
    coverage: [],
    obstacles: [...pod.obstacles, { code: 'NAT1003', message, remedy, concerns: 'rules' }],
  };
}
