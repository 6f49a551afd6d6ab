import { isIstioChainName } from '../istio/names.ts';
import { PORT } from '../istio/ports.ts';
import { featuresFor } from '../layout/eras.ts';
import { compareReleases, parseRelease } from '../layout/index.ts';
import type { Config } from '../model/config.ts';
import type { Evidence, Programmer } from './types.ts';

/** What is known of a reading of the rules when the question is who wrote them. */
export interface Written {
  readonly config: Config;
  /** The inputs that were read from the rules or declared; of the others nothing is known. */
  readonly read: ReadonlySet<string>;
  /** Rules that the reading explains, and rules that have to be added or deleted. */
  readonly common: number;
  readonly distance: number;
  /** Chains of Istio's in which a rule has a comment. */
  readonly commented: readonly string[];
  readonly evidence: Evidence;
}

interface Sign {
  readonly name: 'istio-init' | 'istio-cni';
  readonly reason: string;
}

/**
 * Who wrote rules: the init container or the CNI plugin of a sidecar, which take different defaults; ambient's agent,
 * which nobody else stands in for; or no program of Istio's. The annotation that the injector leaves on the pod settles
 * it for a sidecar; otherwise the defaults are hints, because annotations can override all of them. Signs of both, or of
 * none, leave the answer open.
 */
export function programmerOf(written: Written): Programmer {
  const foreign = signsOfForeigner(written);
  if (foreign.length > 0) return { name: 'script', reasons: foreign };
  if (written.config.dataplane === 'ambient') return AMBIENT;
  const { injected } = written.evidence;
  if (injected !== undefined) return { name: injected, reasons: [INJECTED[injected]] };
  const signs = signsOf(written);
  const names = new Set(signs.map(({ name }) => name));
  const reasons = signs.map(({ name, reason }) => (names.size > 1 ? `${name}: ${reason}` : reason));
  const [name] = names;
  if (name === undefined) return { name: 'unknown', reasons: [silence(written.config)] };
  return { name: names.size > 1 ? 'unknown' : name, reasons };
}

const AMBIENT: Programmer = {
  name: 'ambient-cni',
  reasons: ['only the agent of istio-cni writes the layout of ambient'],
};

const INJECTED = {
  'istio-init': 'the annotation sidecar.istio.io/status names the container istio-init',
  'istio-cni':
    'the annotation sidecar.istio.io/status names the container istio-validation, which the injector adds with CNI',
} as const;

function signsOfForeigner({ common, distance, commented }: Written): string[] {
  const [chain] = commented;
  return [
    ...(distance > common
      ? [`${common} of the rules are the layout’s, and it takes ${distance} changes to make all of them so`]
      : []),
    ...(chain === undefined ? [] : [`a rule of ${chain} has a comment, and Istio writes none there`]),
  ];
}

function silence({ istioVersion }: Config): string {
  return featuresFor(istioVersion)('cni-default-excludes')
    ? 'these rules show nothing in which the defaults of istio-init and istio-cni differ'
    : 'before 1.8 the rules of istio-init and of the CNI plugin do not differ';
}

function signsOf(written: Written): Sign[] {
  const has = featuresFor(written.config.istioVersion);
  // The plugin was in a repository of its own before 1.8.
  if (!has('cni-default-excludes')) return [];
  return [...inboundSigns(written), ...outboundSigns(written), ...dnsSigns(written), ...proxySigns(written)];
}

const { status, health, metrics } = PORT;
const PLUGINS = new RegExp(`(^|,)${status}(,.*)?,${health},${metrics}$`);

/** The injector puts its ports first, the plugin after those of the annotation. */
function inboundSigns({ config, read }: Written): Sign[] {
  const { inboundPortsExclude: ports, inboundPortsInclude } = config;
  if (!read.has('inboundPortsExclude') || inboundPortsInclude !== '*') return [];
  const text = ports.join();
  if (text.startsWith(`${metrics},${health}`)) {
    return [{ name: 'istio-init', reason: 'ISTIO_INBOUND excludes 15090 and 15021 first, in the injector’s order' }];
  }
  return PLUGINS.test(text)
    ? [{ name: 'istio-cni', reason: 'ISTIO_INBOUND excludes 15020, 15021, 15090, in the plugin’s order' }]
    : [];
}

function outboundSigns({ config, read }: Written): Sign[] {
  if (!read.has('outboundPortsExclude') || config.outboundPortsExclude.join() !== String(PORT.status)) return [];
  return [{ name: 'istio-cni', reason: 'outbound port 15020 is excluded, which only the plugin does by default' }];
}

/** The plugin cannot see the pod's resolv.conf. */
function dnsSigns({ config, read }: Written): Sign[] {
  const has = featuresFor(config.istioVersion);
  if (!read.has('captureAllDns') || !config.redirectDns || !has('dns-capture-all')) return [];
  return config.captureAllDns
    ? [{ name: 'istio-cni', reason: 'DNS is captured for any server, the only way the plugin does it' }]
    : [{ name: 'istio-init', reason: 'DNS is captured for the pod’s own servers, which the plugin does not know' }];
}

/** What the plugin takes no input for, or reads from its node; and gids, which the injector never passes. */
function proxySigns({ config, read }: Written): Sign[] {
  const init = (reason: string): Sign => ({ name: 'istio-init', reason });
  const { proxyPort, inboundCapturePort, inboundTunnelPort, proxyUid, proxyGid } = config;
  const ports = [
    ...(read.has('proxyPort') && proxyPort !== PORT.outbound ? [proxyPort] : []),
    ...(read.has('inboundCapturePort') && inboundCapturePort !== PORT.inbound ? [inboundCapturePort] : []),
    ...(read.has('inboundTunnelPort') && inboundTunnelPort !== PORT.hbone ? [inboundTunnelPort] : []),
  ];
  const groups = config.ownerGroupsInclude !== '*' || config.ownerGroupsExclude.length > 0;
  const owners = read.has('proxyUid') && read.has('proxyGid') && proxyUid.join() !== proxyGid.join();
  return [
    ...(ports.length > 0 ? [init(`port ${ports.join()} is not the usual one, and the plugin takes no other`)] : []),
    ...(groups ? [init('owner groups are told apart, which a pod cannot ask of the plugin')] : []),
    ...(owners && passesOwners(config)
      ? [{ name: 'istio-cni', reason: 'uid and gid differ, and the injector passes no gid' } as const]
      : []),
  ];
}

/** From 1.20 on the plugin takes user and group of the container istio-proxy. */
function passesOwners({ istioVersion }: Config): boolean {
  const [release, first] = [parseRelease(istioVersion), parseRelease('1.20.0')];
  return !('error' in release) && !('error' in first) && compareReleases(release, first) >= 0;
}

/** The chains of Istio's with a comment in a rule. */
export function commentedChains(
  chains: Iterable<{ readonly chain: string; readonly rules: readonly { matches: readonly { kind: string }[] }[] }>,
): string[] {
  return [...chains]
    .filter(({ chain, rules }) => isIstioChainName(chain) && rules.some(({ matches }) => matches.some(isComment)))
    .map(({ chain }) => chain);
}

function isComment({ kind }: { readonly kind: string }): boolean {
  return kind === 'comment';
}
