import { REDIRECT } from '../chains.ts';
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

/** What comes in by a virtual interface is outbound traffic of a guest: it must not be captured as inbound. */
export function returnVirtualInterfaces(plan: Plan): void {
  for (const name of plan.config.rerouteVirtualInterfaces) {
    plan.nat.insert('PREROUTING', 1, [inInterface(name)], RETURN);
  }
}

/** Sends what comes in by a virtual interface to the outbound port; inserted, so the last interface stands first. */
export function redirectVirtualInterfaces(plan: Plan, destination?: Parameters<typeof to>[0]): void {
  for (const name of plan.config.rerouteVirtualInterfaces) {
    const clauses = destination === undefined ? [inInterface(name)] : [inInterface(name), to(destination)];
    plan.nat.insert('PREROUTING', 1, clauses, jump(REDIRECT));
  }
}
