import type { Config } from '../../model/config.ts';
import { FAMILIES } from '../../model/family.ts';
import type { Table } from '../../model/ruleset.ts';
import type { Features } from '../eras.ts';
import { iptablesTables } from '../kernel-form.ts';
import { type Plan, planFamily, type Unsaid } from './plan.ts';
import { program } from './program.ts';
import { programScript, refuseIpv6 } from './script.ts';

/** The iptables tables of a sidecar: IPv4 always, and IPv6 when it is enabled. */
export function sidecarIptables(config: Config, has: Features, unsaid: Unsaid): Table[] {
  return FAMILIES.flatMap((family) => {
    const plan = planFamily(config, family, has, unsaid);
    programFamily(plan);
    return iptablesTables(family, plan);
  });
}

function programFamily(plan: Plan): void {
  const script = plan.has('script');
  if (plan.family === 'ipv4' || (plan.config.enableIpv6 && plan.has('ipv6-nat'))) {
    if (script) programScript(plan);
    else program(plan);
  } else if (script && !plan.config.enableIpv6) {
    refuseIpv6(plan);
  }
}
