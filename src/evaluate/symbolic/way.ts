import { icmpOf } from '../state.ts';
import type { Conditions, Environment } from './conditions.ts';
import type { Node } from './diagram.ts';

/** The hooks a packet passes one after another: its own, then the one before it arrives or leaves. */
export const WAY = { PREROUTING: 'INPUT', INPUT: null, OUTPUT: 'POSTROUTING', POSTROUTING: null } as const;

/** The environment once connection tracking has seen the packet. */
export function attached(environment: Environment): Environment {
  return environment.conntrack === 'untracked' ? environment : { ...environment, conntrack: 'attached' };
}

/** Text that is equal for environments in which rules do the same. */
export function environmentKey({ hook, conntrack, rewritten }: Environment): string {
  return `${hook} ${conntrack} ${rewritten}`;
}

/** The packets that nat rules see; null: none. */
export function consultsNat(conditions: Conditions, environment: Environment): Node | null {
  if (environment.conntrack !== 'attached') return null;
  const { diagrams } = conditions;
  // ICMP errors follow the connection they are about.
  const isError = conditions.value('protocol', icmpOf(conditions.domain.family));
  const isNew = diagrams.ite(isError, conditions.states(['NEW']), conditions.states(['NEW', 'RELATED']));
  if (environment.hook !== 'PREROUTING') return isNew;
  return diagrams.and(isNew, diagrams.not(conditions.interface('lo')));
}
