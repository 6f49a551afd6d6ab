import { defaultConfig } from '../layout/index.ts';
import type { Config, ConfigKey } from '../model/config.ts';
import type { Certainty, Observed } from './types.ts';

/** What an input is read from, for people, and how sure that is at best. */
interface WrittenAt {
  readonly certainty: Exclude<Certainty, 'suspicious'>;
  readonly where: string;
}

/**
 * Where each input is read. `certain` where several rules agree on it or nothing but Istio writes such rules; `plain`
 * where one more rule of the same kind looks just like the input.
 */
const PLACES: Readonly<Partial<Record<ConfigKey, WrittenAt>>> = {
  interceptionMode: { certainty: 'certain', where: 'inbound capture is in mangle, or in nat' },
  proxyUid: { certainty: 'certain', where: 'the owners that the rules of ISTIO_OUTPUT exempt together' },
  proxyGid: { certainty: 'certain', where: 'the groups that the rules of ISTIO_OUTPUT exempt together' },
  proxyPort: { certainty: 'certain', where: 'the redirect of ISTIO_REDIRECT' },
  inboundCapturePort: { certainty: 'certain', where: 'the redirect of ISTIO_IN_REDIRECT, and the port of TPROXY' },
  inboundTunnelPort: {
    certainty: 'certain',
    where: 'the head of ISTIO_INBOUND, and the port that the rules for calls to oneself exempt',
  },
  inboundPortsInclude: { certainty: 'certain', where: 'what ISTIO_INBOUND captures' },
  inboundPortsExclude: { certainty: 'plain', where: 'ISTIO_INBOUND returns them in Istio’s own place' },
  outboundIpRangesInclude: { certainty: 'certain', where: 'what ISTIO_OUTPUT sends to ISTIO_REDIRECT' },
  outboundIpRangesExclude: { certainty: 'plain', where: 'ISTIO_OUTPUT returns them in Istio’s own place' },
  outboundPortsInclude: { certainty: 'plain', where: 'ISTIO_OUTPUT sends them to ISTIO_REDIRECT in Istio’s own place' },
  outboundPortsExclude: { certainty: 'plain', where: 'the head of ISTIO_OUTPUT returns them' },
  excludeInterfaces: { certainty: 'certain', where: 'PREROUTING and OUTPUT return them' },
  rerouteVirtualInterfaces: { certainty: 'certain', where: 'PREROUTING sends them to where outbound traffic goes' },
  ownerGroupsInclude: { certainty: 'plain', where: 'ISTIO_OUTPUT returns every other group' },
  ownerGroupsExclude: { certainty: 'plain', where: 'ISTIO_OUTPUT returns them after the proxy’s own rules' },
  redirectDns: { certainty: 'certain', where: 'the rules about port 53' },
  captureAllDns: { certainty: 'certain', where: 'the rules about port 53 name no server' },
  dnsServersV4: { certainty: 'certain', where: 'the servers in the rules about port 53' },
  dnsServersV6: { certainty: 'certain', where: 'the servers in the rules about port 53' },
  dropInvalid: { certainty: 'certain', where: 'mangle PREROUTING drops packets in state INVALID' },
  enableIpv6: { certainty: 'certain', where: 'IPv6 has Istio’s rules' },
  hostIpv4LoopbackCidr: { certainty: 'certain', where: 'the range that ISTIO_OUTPUT takes for localhost' },
  inboundTproxyMark: { certainty: 'certain', where: 'the mark that the rules of mangle share' },
  hostProbeIpv4: { certainty: 'certain', where: 'the address whose connections are accepted both ways' },
  hostProbeIpv6: { certainty: 'certain', where: 'the address whose connections are accepted both ways' },
  ingressMode: { certainty: 'certain', where: 'nothing captures inbound connections, and nothing exempts probes' },
  scope: { certainty: 'certain', where: 'the names of the chains' },
};

/** Keys of the configuration that were read from rules. */
export function readKeys(observed: Observed): ConfigKey[] {
  return Object.keys(PLACES).filter((key): key is ConfigKey => Object.hasOwn(observed, key));
}

/** How sure each input is, given those that another reading sees otherwise. */
export function certaintyOf(
  observed: Observed,
  suspicious: readonly ConfigKey[],
): Partial<Record<ConfigKey, Certainty>> {
  const entries = readKeys(observed).map((key): [ConfigKey, Certainty] => [
    key,
    suspicious.includes(key) ? 'suspicious' : (PLACES[key]?.certainty ?? 'certain'),
  ]);
  return Object.fromEntries(entries);
}

/** A list longer than this is cut in a sentence. */
const MOST_SHOWN = 20;

/** A sentence for each input that is not what the release does by default. */
export function reasonsFor(config: Config, observed: Observed, suspicious: readonly ConfigKey[]): string[] {
  return unusualInputs(config, observed).map((key) => {
    const doubt = suspicious.includes(key) ? '; one changed rule would look the same' : '';
    return `${key} ${shown(config[key])}: ${PLACES[key]?.where ?? ''}${doubt}`;
  });
}

/** The inputs that were read and are neither the init container's nor the CNI plugin's default. */
function unusualInputs(config: Config, observed: Observed): ConfigKey[] {
  const defaults = defaultsOf(config);
  return readKeys(observed).filter((key) => !defaults.some((usual) => same(usual[key], config[key])));
}

/** How far the inputs are from the nearer of the two defaults: of equal explanations the plainer one is likelier. */
export function oddity(config: Config, observed: Observed): number {
  const keys = readKeys(observed);
  const distances = defaultsOf(config).map((usual) => sum(keys.map((key) => apart(usual[key], config[key]))));
  return Math.min(...distances);
}

function defaultsOf({ istioVersion, dataplane }: Config): readonly Config[] {
  return (['istio-init', 'istio-cni'] as const).map((by) => defaultConfig(istioVersion, by, dataplane));
}

/** The elements that only one of two lists has, or 1 for other values that differ. */
function apart(a: Config[ConfigKey], b: Config[ConfigKey]): number {
  if (!Array.isArray(a) || !Array.isArray(b)) return same(a, b) ? 0 : 1;
  const [left, right] = [new Set<unknown>(a), new Set<unknown>(b)];
  return a.filter((value) => !right.has(value)).length + b.filter((value) => !left.has(value)).length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Whether two values of an input are the same. */
export function same(a: Config[ConfigKey] | undefined, b: Config[ConfigKey] | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function shown(value: Config[ConfigKey]): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value.length === 0) return '(none)';
  const rest = value.length - MOST_SHOWN;
  return rest <= 0 ? value.join() : `${value.slice(0, MOST_SHOWN).join()} and ${rest} more`;
}
