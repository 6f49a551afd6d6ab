import { FAMILIES, type Family } from '../model/family.ts';
import type { Pod } from '../model/pod.ts';
import { remembered } from '../model/remembered.ts';
import type { Evidence, ResolvedConfig } from '../model/report.ts';
import type { InterfaceAddress } from '../model/routing.ts';
import { coversFamily, type Ruleset, type Table } from '../model/ruleset.ts';
import { istioTables } from './chains.ts';
import { POSTRT } from './iptables-chains.ts';
import { nativeName, probedPodsName } from './names.ts';
import { POSTROUTING } from './native-chains.ts';

/** Interfaces that a node has for its pods, by the network plugin that makes them. */
const POD_INTERFACES = /^(cali|cbr|veth|lxc|azv|gke|cni|flannel|cilium_|kube-ipvs|nodelocaldns)/;
/** No pod has this many of them; one with Docker inside may have a few. */
const MANY = 4;

/** What says that this is a node's network namespace; empty for a pod's. */
export function signsOfNode(pod: Pod): Evidence[] {
  const chains = nodeChains(pod.ruleset);
  const interfaces = [...new Set((pod.routing?.addresses ?? []).flatMap(podInterface))];
  const many: Evidence[] =
    interfaces.length >= MANY ? [{ kind: 'command', command: 'ip addr show', text: interfaces.join(', ') }] : [];
  return [...chains, ...many];
}

/** The first chains that only a node has; asked for each rule, and a node may have a hundred thousand chains. */
const nodeChains = remembered((ruleset: Ruleset): readonly Evidence[] => {
  const chains = ruleset.tables.flatMap((table) =>
    table.chains
      .filter(({ name }) => isNodeChain(table, name))
      .slice(0, 5)
      .map((chain): Evidence => ({ kind: 'chain', table: table.name, chain: chain.name, text: `chain ${chain.name}` })),
  );
  return chains.slice(0, 5);
});

/** Chains of kube-proxy and the kubelet, and of ambient for its node. */
function isNodeChain(table: Table, chain: string): boolean {
  return chain.startsWith('KUBE-') || isAmbientNodeChain(table, chain);
}

/** With native nftables it is a hook that a pod lacks. */
function isAmbientNodeChain({ name: table }: Table, chain: string): boolean {
  return chain === POSTRT || (table === nativeName('ambient', 'nat') && chain === POSTROUTING);
}

function podInterface({ interface: name }: InterfaceAddress): string[] {
  return isPodInterface(name) ? [name] : [];
}

/** Whether a node has the interface for its pods, by its name. */
export function isPodInterface(name: string): boolean {
  return POD_INTERFACES.test(name);
}

/** Whether somebody said which namespace this is: a declared scope is not put in doubt. */
export function isNode({ pod, origin }: Pick<ResolvedConfig, 'origin'> & { readonly pod: Pod }): boolean {
  const declared = ['flag', 'config', 'env'].includes(origin.scope ?? 'default');
  return !declared && signsOfNode(pod).length > 0;
}

/**
 * The families of a node whose rules of ambient's are gone though their chains are there: Istio makes and removes both
 * together. Natively the sets of the pods show the families. Empty where nothing of the kind is seen.
 */
export function emptiedOnNode(ruleset: Ruleset): readonly Family[] {
  if (istioTables(ruleset).length > 0) return [];
  const places = ruleset.tables.filter((table) => table.chains.some(({ name }) => isAmbientNodeChain(table, name)));
  return FAMILIES.filter((family) => places.some((table) => isPlaceOf(family, table)));
}

function isPlaceOf(family: Family, table: Table): boolean {
  if (table.family !== 'inet' || family === 'ipv4') return coversFamily(table, family);
  return table.sets?.some(({ name }) => name === probedPodsName('ipv6')) ?? false;
}
