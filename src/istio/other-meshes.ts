import type { Pod } from '../model/pod.ts';
import type { Evidence } from '../model/report.ts';
import type { Chain, RuleReference, Table } from '../model/ruleset.ts';
import { isProbeResidue } from './probe-residue.ts';

/** A product that programs pods, by its own names for chains; others may use one or the other of such a name. */
interface Mesh {
  readonly name: string;
  readonly chains: RegExp;
  /** How many such chains one table has at least. */
  readonly atLeast: number;
}

const OTHERS: readonly Mesh[] = [
  { name: 'Linkerd', chains: /^PROXY_INIT_/, atLeast: 1 },
  { name: 'Kuma', chains: /^(KUMA_)?MESH_(INBOUND|OUTBOUND)/, atLeast: 1 },
  { name: 'Consul', chains: /^CONSUL_(PROXY|DNS)_/, atLeast: 1 },
  { name: 'Open Service Mesh', chains: /^OSM_PROXY_(INBOUND|OUTBOUND|IN_REDIRECT|OUT_REDIRECT)$/, atLeast: 2 },
  // Before 1.0.
  { name: 'Open Service Mesh', chains: /^PROXY_(INBOUND|IN_REDIRECT|OUTPUT|REDIRECT)$/, atLeast: 4 },
  { name: 'AWS App Mesh', chains: /^APPMESH_/, atLeast: 1 },
  { name: 'Cilium', chains: /^(OLD_)?CILIUM_/, atLeast: 1 },
];

/** A product whose chains are in the pod. */
export interface OtherMesh {
  readonly name: string;
  readonly evidence: readonly Evidence[];
}

/** The products that have programmed the namespace beside Istio. */
export function otherMeshes({ ruleset: { tables } }: Pod): OtherMesh[] {
  return OTHERS.flatMap((mesh) => {
    const evidence = tables.flatMap((table) => chainsOf(mesh, table).map((chain) => evidenceOf(table, chain)));
    return evidence.length > 0 ? [{ name: mesh.name, evidence: evidence.slice(0, 5) }] : [];
  });
}

function evidenceOf(table: Table, { name }: Chain): Evidence {
  return { kind: 'chain', table: table.name, chain: name, text: `chain ${name}` };
}

/** Whether a finding of its own names whose rule this is: another mesh, a node's programs, Istio's probe. */
export function isNamedElsewhere(where: RuleReference): boolean {
  const isKubeProxys = chainsAround(where).some((name) => name.startsWith('KUBE-'));
  return isProbeResidue(where) || isKubeProxys || productOf(where) !== null;
}

/** The product whose chains a rule is in or leads to; null where it is none of these. */
export function productOf(where: RuleReference): string | null {
  const names = chainsAround(where);
  const isOf = (mesh: Mesh) => names.some((name) => mesh.chains.test(name)) && chainsOf(mesh, where.table).length > 0;
  return OTHERS.find(isOf)?.name ?? null;
}

function chainsAround({ chain, rule }: RuleReference): string[] {
  return [chain.name, ...rule.targets.flatMap((target) => ('chain' in target ? [target.chain] : []))];
}

function chainsOf({ chains: pattern, atLeast }: Mesh, { chains }: Table): readonly Chain[] {
  const named = chains.filter(({ name }) => pattern.test(name));
  return named.length >= atLeast ? named : [];
}
