import type { Pod } from '../model/pod.ts';
import type { Evidence } from '../model/report.ts';
import type { Chain, RuleReference, Table } from '../model/ruleset.ts';
import { isProbeResidue } from './probe-residue.ts';

const OSM = 'Open Service Mesh';

/** Chains by which other products are known. Their own sources name them so. */
const OTHERS: readonly (readonly [string, RegExp])[] = [
  ['Linkerd', /^PROXY_INIT_/],
  ['Kuma', /^(KUMA_)?MESH_(INBOUND|OUTBOUND)/],
  ['Consul', /^CONSUL_(PROXY|DNS)_/],
  [OSM, /^OSM_PROXY_(INBOUND|OUTBOUND|IN_REDIRECT|OUT_REDIRECT)$/],
  ['AWS App Mesh', /^APPMESH_/],
  ['Cilium', /^(OLD_)?CILIUM_/],
];

/** Its chains before 1.0. Others use one or the other of these names, so it takes all of them. */
const EARLY_OSM = ['PROXY_INBOUND', 'PROXY_IN_REDIRECT', 'PROXY_OUTPUT', 'PROXY_REDIRECT'];

/** A product whose chains are in the pod. */
export interface OtherMesh {
  readonly name: string;
  readonly evidence: readonly Evidence[];
}

/** The products that have programmed the namespace beside Istio. */
export function otherMeshes({ ruleset }: Pod): OtherMesh[] {
  return OTHERS.flatMap(([name, pattern]) => {
    const evidence = ruleset.tables.flatMap((table) =>
      table.chains
        .filter((chain) => pattern.test(chain.name) || (name === OSM && isOfEarlyOsm(chain.name, table)))
        .map(
          (chain): Evidence => ({ kind: 'chain', table: table.name, chain: chain.name, text: `chain ${chain.name}` }),
        ),
    );
    return evidence.length > 0 ? [{ name, evidence: evidence.slice(0, 5) }] : [];
  });
}

/** Whether a finding of its own names whose rule this is: another mesh, a node's programs, Istio's probe. */
export function isNamedElsewhere(where: RuleReference): boolean {
  const jumps = where.rule.targets.flatMap((target) => ('chain' in target ? [target.chain] : []));
  return isProbeResidue(where) || [where.chain.name, ...jumps].some((chain) => isOthersChain(chain, where.table));
}

function isOthersChain(chain: string, table: Table): boolean {
  return chain.startsWith('KUBE-') || OTHERS.some(([, pattern]) => pattern.test(chain)) || isOfEarlyOsm(chain, table);
}

function isOfEarlyOsm(chain: string, { chains }: Table): boolean {
  const isThere = (wanted: string) => chains.some(({ name }: Chain) => name === wanted);
  return EARLY_OSM.includes(chain) && EARLY_OSM.every(isThere);
}
