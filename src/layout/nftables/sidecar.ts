import type { Config } from '../../model/config.ts';
import { FAMILIES } from '../../model/family.ts';
import type { Table } from '../../model/ruleset.ts';
import { createTable } from '../draft.ts';
import type { Features } from '../eras.ts';
import type { ResolveGroup } from '../groups.ts';
import { refusalOf } from '../refused.ts';
import { familyFacts } from '../sidecar/plan.ts';
import { captureDns } from './dns.ts';
import { captureInbound, dropInvalid, redirectChains, returnInterfaces } from './inbound.ts';
import { captureIncluded, enterOutput, returnExcluded, returnExcludedPorts, returnPassthrough } from './outbound.ts';
import { spareOwners } from './owners.ts';
import type { NativePlan } from './plan.ts';
import { nativeTables } from './table.ts';
import { keepMarks } from './tproxy.ts';

/**
 * Istio's own nftables tables for a sidecar; none for releases that had none. They see both families in any case:
 * without IPv6 only the rules that name IPv6 addresses are missing.
 */
export function sidecarNftables(config: Config, has: Features, resolveGroup: ResolveGroup): Table[] {
  if (!has('native-nftables') || refusalOf(config, has) !== null) return [];
  const plan = planNative(config, has, resolveGroup);

  returnInterfaces(plan);
  dropInvalid(plan);
  redirectChains(plan);
  captureInbound(plan);
  enterOutput(plan);
  returnExcludedPorts(plan);
  returnPassthrough(plan);
  spareOwners(plan);
  captureDns(plan);
  returnExcluded(plan);
  captureIncluded(plan);
  keepMarks(plan);
  return nativeTables('sidecar', plan, () => has('counters'));
}

function planNative(config: Config, has: Features, resolveGroup: ResolveGroup): NativePlan {
  const drafts = { raw: createTable(), mangle: createTable(), nat: createTable() };
  const families = FAMILIES.filter((family) => family === 'ipv4' || config.enableIpv6);
  const tproxy = config.interceptionMode === 'TPROXY';
  return {
    ...drafts,
    config,
    has,
    resolveGroup,
    families: families.map((family) => familyFacts(config, family, has)),
    dns: familyFacts(config, 'ipv4', has).dns !== 'off',
    tproxy,
  };
}
