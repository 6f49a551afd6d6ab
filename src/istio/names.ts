import type { Family } from '../model/family.ts';
import { hasIstioPrefix, POSTRT, PRERT } from './iptables-chains.ts';

/** A data plane of Istio. */
export type Plane = 'sidecar' | 'ambient';

/** The iptables tables that have a native twin. */
export type NativePurpose = 'raw' | 'mangle' | 'nat';

/** The name under which iptables has the chain: native nftables spells `istio-in-redirect` and `prerouting`. */
export function canonicalChain(name: string): string {
  return NATIVE_CHAIN.test(name) ? (NATIVE_NAMES[name] ?? name.toUpperCase().replaceAll('-', '_')) : name;
}

const NATIVE_CHAIN = /^(istio-[a-z-]+|prerouting|input|forward|output|postrouting)$/;
/** Ambient shortened the names of its chains in iptables only. */
const NATIVE_NAMES: Readonly<Record<string, string>> = {
  'istio-prerouting': PRERT,
  'istio-postrouting': POSTRT,
};

/** Istio's native nftables tables: `istio-proxy-nat` (1.27 and later) is what the nat table is to iptables; ambient's: 1.28. */
const NATIVE_TABLE = /^istio-(proxy|ambient)-(?:(nat|mangle|raw)$)?/;

/** The data plane whose tables are named so; null for tables of others. */
export function nativePlane(table: string): Plane | null {
  const [, word] = NATIVE_TABLE.exec(table) ?? [];
  if (word === undefined) return null;
  return word === 'proxy' ? 'sidecar' : 'ambient';
}

/** The data plane and the iptables twin of a native table; null for any other table. */
export function nativeTable(name: string): { readonly dataplane: Plane; readonly twin: string } | null {
  const dataplane = nativePlane(name);
  const twin = NATIVE_TABLE.exec(name)?.[2];
  return dataplane === null || twin === undefined ? null : { dataplane, twin };
}

/** The native table of a data plane. */
export function nativeName(plane: Plane, purpose: NativePurpose): string {
  return `istio-${plane === 'sidecar' ? 'proxy' : 'ambient'}-${purpose}`;
}

/** The set with the pods of a node that are in ambient (ProbeIPSet in cni/pkg/iptables/iptables.go, 1.21 and later). */
export const PROBED_PODS = 'istio-inpod-probes';

/** Its name in the native table of a node, and in iptables since 1.23. */
export function probedPodsName(family: Family): string {
  return `${PROBED_PODS}-${family === 'ipv4' ? 'v4' : 'v6'}`;
}

/** Whether a chain is one that Istio makes, by its name alone: `isIstioChain` asks where it stands as well. */
export function isIstioChainName(name: string): boolean {
  return hasIstioPrefix(canonicalChain(name));
}
