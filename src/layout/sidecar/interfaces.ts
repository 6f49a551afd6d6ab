import { REDIRECT } from '../../istio/iptables-chains.ts';
import type { Network } from '../../model/address.ts';
import { inInterface, jump, outInterface, RETURN, to } from '../clauses.ts';
import type { Plan } from './plan.ts';

/** Excluded interfaces return in the hooks, ahead of the jumps to Istio's chains. */
export function returnExcludedInterfaces(plan: Plan): void {
  if (!plan.has('exclude-interfaces')) return;
  for (const name of plan.config.excludeInterfaces) {
    const tables = plan.config.interceptionMode === 'TPROXY' ? [plan.nat, plan.mangle] : [plan.nat];
    for (const table of tables) {
      table.append('PREROUTING', [inInterface(name)], RETURN);
      table.append('OUTPUT', [outInterface(name)], RETURN);
    }
  }
}

/**
 * What comes in by a virtual interface is outbound traffic of a guest: it must not be captured as inbound. From 1.8 on
 * this comes first; before, it stood between the outbound exclusions and inclusions, and for IPv6 only with `*`.
 */
export function returnVirtualInterfaces(plan: Plan, step: 'first' | 'before-includes'): void {
  const first = plan.has('virtual-interfaces-first');
  if ((step === 'first') !== first) return;
  if (first || plan.family === 'ipv4' || !plan.has('script-splits-families')) returnEach(plan);
}

/** Sends what comes in by a virtual interface to where outbound traffic goes; the last interface ends up first. */
export function redirectVirtualInterfaces(plan: Plan, destination: '*' | Network): void {
  if (destination === '*' && plan.family === 'ipv6' && !plan.has('families-alike')) {
    // The IPv6 half of `*` wrote RETURN where REDIRECT belongs, until both families shared their code.
    returnEach(plan);
    return;
  }
  if (!plan.has('virtual-interfaces')) return;
  for (const name of plan.config.rerouteVirtualInterfaces) {
    const clauses = destination === '*' ? [inInterface(name)] : [inInterface(name), to(destination)];
    plan.nat.insert('PREROUTING', 1, clauses, jump(REDIRECT));
  }
}

function returnEach(plan: Plan): void {
  if (!plan.has('virtual-interfaces')) return;
  for (const name of plan.config.rerouteVirtualInterfaces) {
    plan.nat.insert('PREROUTING', 1, [inInterface(name)], RETURN);
  }
}
