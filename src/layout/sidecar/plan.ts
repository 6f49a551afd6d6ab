import { type Network, parseNetwork } from '../../model/address.ts';
import type { Config } from '../../model/config.ts';
import type { Family } from '../../model/family.ts';
import { LOOPBACK_V4, LOOPBACK_V6, PASSTHROUGH_V4, PASSTHROUGH_V6 } from '../clauses.ts';
import { createTable, type TableDraft } from '../draft.ts';
import type { Features } from '../eras.ts';
import type { ResolveGroup } from '../groups.ts';
import type { Drafts } from '../kernel-form.ts';

/** What the configuration amounts to for one family, whatever the backend. */
export interface FamilyFacts {
  readonly family: Family;
  readonly loopback: Network;
  readonly passthrough: Network;
  /** The outbound includes and excludes of this family. */
  readonly includes: '*' | readonly Network[];
  readonly excludes: readonly Network[];
  /** Which servers' DNS is captured in this family; `off` when none is to be. */
  readonly dns: 'off' | 'all' | readonly Network[];
}

/** What the configuration does not say: see `LayoutOptions`. */
export interface Unsaid {
  readonly resolveGroup: ResolveGroup;
  readonly dnsAgent: boolean;
}

/** What the steps of a sidecar's iptables layout share while they program one family. */
export interface Plan extends Drafts, FamilyFacts, Unsaid {
  readonly config: Config;
  readonly has: Features;
  /** TPROXY is what this family does inbound. */
  readonly tproxy: boolean;
  /** Where inbound capture happens: mangle for TPROXY, nat otherwise. */
  readonly inbound: TableDraft;
  /** An include, of either family, is a loopback address. */
  readonly includesLoopback: boolean;
}

/** The plan of one family, with empty tables. */
export function planFamily(config: Config, family: Family, has: Features, unsaid: Unsaid): Plan {
  const drafts = { raw: createTable(), mangle: createTable(), nat: createTable(), filter: createTable() };
  const tproxy = config.interceptionMode === 'TPROXY' && (family === 'ipv4' || has('families-alike'));
  return {
    ...drafts,
    ...familyFacts(config, family, has),
    ...unsaid,
    config,
    has,
    tproxy,
    inbound: tproxy ? drafts.mangle : drafts.nat,
    includesLoopback: includesLoopback(config),
  };
}

/** The addresses that a family's rules are about. */
export function familyFacts(config: Config, family: Family, has: Features): FamilyFacts {
  return {
    family,
    loopback: loopbackOf(config, family, has),
    passthrough: family === 'ipv4' ? PASSTHROUGH_V4 : PASSTHROUGH_V6,
    includes: config.outboundIpRangesInclude === '*' ? '*' : ranges(config.outboundIpRangesInclude, family, has),
    excludes: ranges(config.outboundIpRangesExclude, family, has),
    dns: capturedDns(config, family, has),
  };
}

function loopbackOf(config: Config, family: Family, has: Features): Network {
  if (family === 'ipv6') return LOOPBACK_V6;
  return (has('loopback-cidr') ? parseNetwork(config.hostIpv4LoopbackCidr) : null) ?? LOOPBACK_V4;
}

/** The script of 1.1 knew no IPv6 range, in or out. */
function ranges(cidrs: readonly string[], family: Family, has: Features): Network[] {
  return family === 'ipv6' && !has('script-splits-families') ? [] : blocks(cidrs, family);
}

/** Istio skips a CIDR that it cannot read. */
function blocks(cidrs: readonly string[], family: Family): Network[] {
  return cidrs
    .map((cidr) => parseNetwork(cidr))
    .filter((block) => block?.family === family)
    .filter((block) => block !== null);
}

/** Judged by the address as it is written, before host bits are cleared, as Istio does. */
export function includesLoopback(config: Config): boolean {
  if (config.outboundIpRangesInclude === '*') return false;
  const addresses = config.outboundIpRangesInclude.map((cidr) => parseNetwork(cidr.split('/')[0] ?? ''));
  return addresses.some((address) => address !== null && isLoopback(address));
}

function isLoopback(address: Network): boolean {
  return address.family === 'ipv4' ? address.address >> 24n === 127n : address.address === 1n;
}

function capturedDns(config: Config, family: Family, has: Features): Plan['dns'] {
  if (!config.redirectDns) return 'off';
  if (family === 'ipv6' && !has('families-alike')) return 'off';
  if (config.captureAllDns && has('dns-capture-all')) return 'all';
  const servers = { ipv4: blocks(config.dnsServersV4, 'ipv4'), ipv6: blocks(config.dnsServersV6, 'ipv6') };
  if (has('dns-chain') && servers.ipv4.length + servers.ipv6.length === 0) return 'off';
  return servers[family];
}
