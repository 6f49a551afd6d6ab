/** The name under which iptables has the chain: native nftables spells `istio-in-redirect` and `prerouting`. */
export function canonicalChain(name: string): string {
  return NATIVE_CHAIN.test(name) ? (NATIVE_NAMES[name] ?? name.toUpperCase().replaceAll('-', '_')) : name;
}

const NATIVE_CHAIN = /^(istio-[a-z-]+|prerouting|input|forward|output|postrouting)$/;
/** Ambient shortened the names of its chains in iptables only. */
const NATIVE_NAMES: Readonly<Record<string, string>> = {
  'istio-prerouting': 'ISTIO_PRERT',
  'istio-postrouting': 'ISTIO_POSTRT',
};

/** Istio's native nftables tables: `istio-proxy-nat` is what the nat table is to iptables. */
const NATIVE_TABLE = /^istio-(proxy|ambient)-(nat|mangle|raw)$/;

/** The data plane and the iptables twin of a native table; null for any other table. */
export function nativeTable(name: string): { readonly dataplane: 'sidecar' | 'ambient'; readonly twin: string } | null {
  const parts = NATIVE_TABLE.exec(name);
  if (parts?.[2] === undefined) return null;
  return { dataplane: parts[1] === 'proxy' ? 'sidecar' : 'ambient', twin: parts[2] };
}

/** Whether a chain is one that Istio makes. */
export function isIstioChainName(name: string): boolean {
  return canonicalChain(name).startsWith('ISTIO_');
}
