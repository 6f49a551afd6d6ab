import { EXCLUDED_BY_INJECTOR } from '../../istio/ports.ts';
import { AMBIENT_ANNOTATIONS, MESH_SETTINGS, PROXY_METADATA, SIDECAR_ANNOTATIONS } from '../../istio/settings.ts';
import type { Config, ConfigKey } from '../../model/config.ts';
import { formatConfig } from '../../parse/config/index.ts';
import type { Situation } from './situation.ts';

/** The step that gives an input the value that is meant; null where nothing of this data plane sets it. */
export function settingStep(key: ConfigKey, situation: Situation): string | null {
  const { config, plane } = situation;
  if (plane === 'node') return null;
  if (key === 'enableIpv6') return ipv6Step(situation);
  if (key === 'rerouteVirtualInterfaces') return annotated(rerouteAnnotation(config), key, situation);
  if (plane === 'ambient') return annotated(AMBIENT_ANNOTATIONS[key], key, situation);
  if (key === 'proxyUid' || key === 'proxyGid') return ownerStep(config);
  const mesh = MESH_SETTINGS[key];
  if (mesh !== undefined)
    return `See that \`${mesh}: ${config[key]}\` is set for the mesh; pods created since have it.`;
  return metadata(PROXY_METADATA[key], key, config) ?? annotated(SIDECAR_ANNOTATIONS[key], key, situation);
}

/** What people call the setting, as a word behind "another". */
export function settingName(key: ConfigKey): string {
  const annotation = SIDECAR_ANNOTATIONS[key];
  return annotation?.slice(annotation.indexOf('/') + 1) ?? PROXY_METADATA[key] ?? WORDS[key] ?? 'configuration';
}

const WORDS: Readonly<Partial<Record<ConfigKey, string>>> = {
  proxyUid: 'user of the proxy',
  proxyGid: 'group of the proxy',
  proxyPort: 'port of the proxy',
  inboundCapturePort: 'port of the proxy',
  rerouteVirtualInterfaces: 'list of virtual interfaces',
  enableIpv6: 'setting of IPv6',
  hostProbeIpv4: "address of the node's probes",
  hostProbeIpv6: "address of the node's probes",
  ingressMode: 'bypass of inbound capture',
};

/** 1.25 gave the annotation a name that both data planes know. */
export function rerouteAnnotation({ dataplane, istioVersion }: Config): string {
  const minor = Number(/^1\.(\d+)/.exec(istioVersion)?.[1] ?? Infinity);
  return dataplane === 'sidecar' && minor < 25
    ? 'traffic.sidecar.istio.io/kubevirtInterfaces'
    : 'istio.io/reroute-virtual-interfaces';
}

function annotated(name: string | undefined, key: ConfigKey, { config }: Situation): string | null {
  return name === undefined
    ? null
    : `See that the pod template has ${withValue(name, key, config)}; a change of it replaces its pods.`;
}

function metadata(name: string | undefined, key: ConfigKey, config: Config): string | null {
  return name === undefined
    ? null
    : `See that proxyMetadata has ${withValue(name, key, config)}${besides(key, config)} (annotation \`proxy.istio.io/config\` on the pod template).`;
}

/** DNS capture is two variables where it is for every server. */
function besides(key: ConfigKey, config: Config): string {
  if (key !== 'redirectDns' || !config.redirectDns || !config.captureAllDns) return '';
  return ` and ${withValue(PROXY_METADATA.captureAllDns ?? '', 'captureAllDns', config)}`;
}

/** Longer values are counted: a step is read at a glance, and the report has the configuration. */
const LONGEST_VALUE = 60;

function withValue(name: string, key: ConfigKey, config: Config): string {
  const value = settingValue(key, config);
  if (value === '') return `no \`${name}\``;
  if (value.length <= LONGEST_VALUE) return `\`${name}: "${value}"\``;
  return `all ${value.split(',').length} values in \`${name}\``;
}

function ownerStep({ proxyUid }: Config): string {
  return `See that istio-proxy has no runAsUser or runAsGroup of your own: the rules are to exempt uid ${proxyUid.join(', ')}.`;
}

/** Istio derives it from the addresses of the pod, unless the cluster has both families and Istio was not told. */
function ipv6Step({ plane }: Situation): string {
  if (plane === 'ambient') return 'Set `ambient.ipv6=true` for the istio-cni chart, if the cluster has IPv6.';
  return 'In a dual-stack cluster set `ISTIO_DUAL_STACK: "true"` in `pilot.env` of istiod and in `meshConfig.defaultConfig.proxyMetadata`.';
}

/** The value of an annotation: the reserved ports are no part of it. */
export function settingValue(key: ConfigKey, config: Config): string {
  if (key === 'inboundPortsExclude')
    return config.inboundPortsExclude.filter((port) => !EXCLUDED_BY_INJECTOR.includes(port)).join(',');
  const value = formatConfig(config)[key];
  return value === 'enabled' ? 'true' : value === 'disabled' ? 'false' : String(value);
}
