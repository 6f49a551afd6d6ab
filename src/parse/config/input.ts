import type { Config, ConfigKey } from '../../model/config.ts';
import {
  atLeastOne,
  limitGroups,
  parseAddressOf,
  parseGroup,
  parseId,
  parseInterface,
  parseListedPort,
  parseLoopbackRange,
  parsePort,
  parseRange,
} from './elements.ts';
import { parseList, parseListOrAll } from './list.ts';
import { type Parsed, parseBoolean, parseChoice, parseNumber, parseVersion } from './scalar.ts';

type Parsers = { readonly [K in ConfigKey]: (raw: unknown) => Parsed<Config[K]> };

const MOST = 4294967295;

const ids = (raw: unknown) => atLeastOne(parseList(raw, parseId));
const ports = (raw: unknown) => parseList(raw, parseListedPort);
const interfaces = (raw: unknown) => parseList(raw, parseInterface);

const PARSERS: Parsers = {
  istioVersion: parseVersion,
  dataplane: (raw) => parseChoice(raw, ['sidecar', 'ambient']),
  backend: (raw) => parseChoice(raw, ['iptables', 'nftables']),
  interceptionMode: parseMode,
  proxyUid: ids,
  proxyGid: ids,
  proxyPort: parsePort,
  inboundCapturePort: parsePort,
  inboundTunnelPort: parsePort,
  inboundPortsInclude: (raw) => parseListOrAll(raw, parseListedPort),
  inboundPortsExclude: ports,
  outboundIpRangesInclude: (raw) => parseListOrAll(raw, parseRange),
  outboundIpRangesExclude: (raw) => parseList(raw, parseRange),
  outboundPortsInclude: ports,
  outboundPortsExclude: ports,
  excludeInterfaces: interfaces,
  rerouteVirtualInterfaces: interfaces,
  ownerGroupsInclude: (raw) => limitGroups(parseListOrAll(raw, parseGroup)),
  ownerGroupsExclude: (raw) => limitGroups(parseList(raw, parseGroup)),
  redirectDns: parseBoolean,
  captureAllDns: parseBoolean,
  dnsServersV4: (raw) => parseList(raw, (text) => parseAddressOf('ipv4', text)),
  dnsServersV6: (raw) => parseList(raw, (text) => parseAddressOf('ipv6', text)),
  dropInvalid: parseBoolean,
  enableIpv6: parseBoolean,
  hostIpv4LoopbackCidr: parseLoopbackRange,
  inboundTproxyMark: (raw) => parseNumber(raw, 'a mark', 0, MOST),
  inboundTproxyRouteTable: (raw) => parseNumber(raw, 'a routing table', 1, MOST),
  hostProbeIpv4: (raw) => parseAddressOf('ipv4', raw),
  hostProbeIpv6: (raw) => parseAddressOf('ipv6', raw),
  ingressMode: parseBoolean,
  dnsProxy: (raw) => parseChoice(raw, ['unset', 'enabled', 'disabled']),
  scope: (raw) => parseChoice(raw, ['pod', 'host']),
};

function parseMode(raw: unknown): Parsed<Config['interceptionMode']> {
  if (raw === 'NONE') return { error: 'with the mode NONE Istio programs no rules, so nothing can be expected' };
  // Istio's own default for this input is the empty text.
  return raw === '' ? { value: 'REDIRECT' } : parseChoice(raw, ['REDIRECT', 'TPROXY']);
}

/**
 * One input from text (a flag, a variable, an annotation) or from a JSON value; numbers and arrays are as good as
 * Istio's comma lists. `error` says what is wrong with the value; the caller names the key.
 */
export function parseInput<K extends ConfigKey>(key: K, raw: unknown): Parsed<Config[K]> {
  return PARSERS[key](raw);
}
