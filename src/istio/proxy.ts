import { formatAddress } from '../model/address.ts';
import type { Family } from '../model/family.ts';

/** User and group of the proxy unless told otherwise (DefaultProxyUID of istio-iptables); the group of ztunnel, too. */
export const PROXY_ID = 1337;

/** Where the proxy's inbound half calls the application from: the source of InboundPassthroughCluster (1.3 and later). */
export const PASSTHROUGH_ADDRESS: Readonly<Record<Family, bigint>> = { ipv4: 0x7f000006n, ipv6: 6n };
/** The same as text: 127.0.0.6, ::6. Nobody else calls from there. */
export const PASSTHROUGH: Readonly<Record<Family, string>> = {
  ipv4: formatAddress('ipv4', PASSTHROUGH_ADDRESS.ipv4),
  ipv6: formatAddress('ipv6', PASSTHROUGH_ADDRESS.ipv6),
};
