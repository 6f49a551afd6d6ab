import type { Config } from '../../model/config.ts';
import type { Family } from '../../model/family.ts';
import type { Table } from '../../model/ruleset.ts';
import type { Features } from '../eras.ts';
import type { ResolveGroup } from '../groups.ts';
import { iptablesTables } from '../kernel-form.ts';
import { planFamily } from './plan.ts';
import { program } from './program.ts';

/** The iptables tables of a sidecar: IPv4 always, IPv6 besides when it is enabled. */
export function sidecarIptables(config: Config, has: Features, resolveGroup: ResolveGroup): Table[] {
  const families: readonly Family[] = config.enableIpv6 ? ['ipv4', 'ipv6'] : ['ipv4'];
  return families.flatMap((family) => {
    const plan = planFamily(config, family, has, resolveGroup);
    program(plan);
    return iptablesTables(family, plan);
  });
}
