import type { Metadata, Pod } from '../model/pod.ts';
import type { Evidence } from '../model/report.ts';
import { couldShowListener } from '../model/shown-sockets.ts';
import { isListener, type Socket } from '../model/socket.ts';
import { isServicePort, PORT } from './ports.ts';
import { PROXY_ID } from './proxy.ts';

/** Why a pod is not captured, by design. */
export interface Exemption {
  readonly message: string;
  readonly evidence: readonly Evidence[];
}

/** Where a pod's words stand. */
type Words = 'environment' | 'labels' | 'annotations';

interface Saying {
  readonly where: Words;
  readonly key: string;
  readonly value: RegExp;
  readonly message: string;
}

const GATEWAY = 'This is a gateway: it receives traffic on its own listeners, and nothing is redirected to it.';
const FILES: Readonly<Record<Words, string>> = {
  environment: 'env',
  labels: 'cat /etc/istio/pod/labels',
  annotations: 'cat /etc/istio/pod/annotations',
};

/** Words of a pod, its injector or its gateway controller that exclude capture; the more special ones first. */
const SAYINGS: readonly Saying[] = [
  {
    where: 'labels',
    key: 'gateway.istio.io/managed',
    value: /^istio\.io-mesh-controller$/,
    message: 'This is a waypoint: ztunnel sends to it, and nothing is redirected in it.',
  },
  {
    where: 'labels',
    key: 'app',
    value: /^ztunnel$/,
    message: 'This is ztunnel itself: it redirects for other pods and is not captured.',
  },
  { where: 'labels', key: 'gateway.networking.k8s.io/gateway-name', value: /./, message: GATEWAY },
  { where: 'labels', key: 'istio', value: /^(ingress|egress|eastwest)gateway$/, message: GATEWAY },
  { where: 'labels', key: 'operator.istio.io/component', value: /Gateways$/, message: GATEWAY },
  {
    where: 'environment',
    key: 'ISTIO_META_INTERCEPTION_MODE',
    value: /^NONE$/,
    message: 'The interception mode is NONE: the application talks to the proxy by itself, and nothing is redirected.',
  },
  {
    where: 'annotations',
    key: 'sidecar.istio.io/interceptionMode',
    value: /^NONE$/,
    message: 'The interception mode is NONE: the application talks to the proxy by itself, and nothing is redirected.',
  },
  {
    where: 'environment',
    key: 'DISABLE_ENVOY',
    value: /^(1|t|T|TRUE|true|True)$/,
    message: 'The pod runs the agent without Envoy (proxyless gRPC): nothing is redirected.',
  },
];

/**
 * Why a pod is not captured: its own words or, where there are none, listeners that only a gateway has; null when
 * nothing says so. `asked` is whether somebody declared that it is in the mesh: then sockets alone do not answer it.
 */
export function exemptionOf(pod: Pod, said: Metadata, asked: boolean): Exemption | null {
  const saying = SAYINGS.find(({ where, key, value }) => value.test(said[where][key] ?? ''));
  if (saying) {
    const text = `${saying.key}="${said[saying.where][saying.key]}"`;
    return { message: saying.message, evidence: [{ kind: 'command', command: FILES[saying.where], text }] };
  }
  const own = asked ? [] : gatewaySockets(pod);
  return own.length > 0
    ? { message: GATEWAY, evidence: own.slice(0, 10).map(({ text }) => ({ kind: 'socket', text })) }
    : null;
}

/**
 * Listeners of the proxy's user on ports of their own, beside the health port, in a pod where nobody listens on a
 * sidecar's 15001 and 15006. A sidecar that has no configuration yet has neither.
 */
function gatewaySockets(pod: Pod): Socket[] {
  const listeners = (pod.sockets ?? []).filter((socket) => isListener(socket) && socket.protocol === 'tcp');
  const holds = (port: number) => listeners.some(({ localPort }) => localPort === port);
  if (!holds(PORT.health) || !holds(PORT.metrics) || holds(PORT.outbound) || holds(PORT.inbound)) return [];
  const isAbsent = (port: number) => couldShowListener(pod, { protocol: 'tcp', port });
  if (!isAbsent(PORT.outbound) || !isAbsent(PORT.inbound)) return [];
  return listeners.filter(({ uid, localPort }) => uid === PROXY_ID && !isServicePort(localPort));
}
