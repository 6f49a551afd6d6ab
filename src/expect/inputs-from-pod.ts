import { hasIstioPrefix } from '../istio/iptables-chains.ts';
import type { Config } from '../model/config.ts';
import { coversFamily } from '../model/ruleset.ts';
import type { Facts } from '../observe/facts.ts';
import { parseInput } from '../parse/config/index.ts';

/** Variables that the log of istio-iptables prints, and the inputs that they are. */
const PRINTED = [
  ['PROXY_UID', 'proxyUid'],
  ['PROXY_GID', 'proxyGid'],
  ['PROXY_PORT', 'proxyPort'],
  ['PROXY_INBOUND_CAPTURE_PORT', 'inboundCapturePort'],
  ['INBOUND_INTERCEPTION_MODE', 'interceptionMode'],
  ['INBOUND_PORTS_INCLUDE', 'inboundPortsInclude'],
  ['INBOUND_PORTS_EXCLUDE', 'inboundPortsExclude'],
  ['OUTBOUND_IP_RANGES_INCLUDE', 'outboundIpRangesInclude'],
  ['OUTBOUND_IP_RANGES_EXCLUDE', 'outboundIpRangesExclude'],
  ['OUTBOUND_PORTS_INCLUDE', 'outboundPortsInclude'],
  ['OUTBOUND_PORTS_EXCLUDE', 'outboundPortsExclude'],
] as const;

/** Variables that the injector sets on istio-proxy (since 1.0 and 1.6) and that the rules were written from. */
export function inputsFromEnvironment(environment: Readonly<Record<string, string>>): Partial<Config> {
  const inputs: { -readonly [K in keyof Config]?: Config[K] } = {};
  const mode = environment.ISTIO_META_INTERCEPTION_MODE;
  if (mode === 'REDIRECT' || mode === 'TPROXY') inputs.interceptionMode = mode;
  const dns = parseInput('redirectDns', environment.ISTIO_META_DNS_CAPTURE ?? '');
  if ('value' in dns) inputs.redirectDns = dns.value;
  for (const [name, key] of PRINTED) {
    const input = parseInput(key, environment[name] ?? '');
    if (environment[name] !== undefined && 'value' in input) Object.assign(inputs, { [key]: input.value });
  }
  const version = parseInput('istioVersion', environment.ISTIO_META_ISTIO_VERSION ?? '');
  if ('value' in version) inputs.istioVersion = version.value;
  return inputs;
}

/** Istio decides about IPv6 by the addresses the pod had when it was programmed, which nobody configures. */
export function inputsFromRules({ pod }: Facts): Partial<Config> {
  const hasIpv6 = pod.ruleset.tables.some(
    (table) => coversFamily(table, 'ipv6') && table.chains.some(({ name }) => hasIstioPrefix(name)),
  );
  return hasIpv6 ? { enableIpv6: true } : {};
}
