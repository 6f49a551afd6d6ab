import type { Metadata, Pod } from '../model/pod.ts';
import type { Evidence } from '../model/report.ts';
import { showsColumn } from '../model/shown-sockets.ts';
import { isListener, type Socket } from '../model/socket.ts';
import { isAmbientRoute } from './marks.ts';
import { ZTUNNEL_PORTS } from './ports.ts';

const REDIRECTION = 'ambient.istio.io/redirection';

/**
 * What says, beside the rules, that a pod was enrolled in ambient: the policy routing, which nobody flushes with the
 * rules; ztunnel's sockets; the annotation that the agent writes when the rules are in (`pending`: ztunnel has not
 * answered, 1.25 and later).
 */
export function signsOfEnrolment(pod: Pod, said: Metadata): Evidence[] {
  const rule = pod.routing?.rules.find(isAmbientRoute);
  const routing: Evidence[] = rule ? [{ kind: 'command', command: 'ip rule show', text: rule.text }] : [];
  const sockets = ztunnelSockets(pod).map(({ text }): Evidence => ({ kind: 'socket', text }));
  const redirection = said.annotations[REDIRECTION];
  const enrolled = redirection === 'enabled' || redirection === 'pending';
  const annotation: Evidence[] = enrolled
    ? [{ kind: 'command', command: 'cat /etc/istio/pod/annotations', text: `${REDIRECTION}="${redirection}"` }]
    : [];
  return [...routing, ...sockets, ...annotation];
}

/**
 * The listeners of ztunnel, one for each of its ports, if all are there. ztunnel opens them as root from a namespace of
 * its own, so they have no process here; Envoy's belong to the proxy's user. Where users and processes were not asked for,
 * nothing tells the two apart.
 */
function ztunnelSockets(pod: Pod): Socket[] {
  if (!showsColumn(pod, 'uid') || !showsColumn(pod, 'process')) return [];
  const listeners = (pod.sockets ?? []).filter((socket) => isListener(socket) && isHidden(socket));
  const found = ZTUNNEL_PORTS.map((port) => listeners.find(({ localPort }) => localPort === port));
  return found.every((socket) => socket !== undefined) ? found : [];
}

function isHidden({ protocol, process, uid }: Socket): boolean {
  return protocol === 'tcp' && process === undefined && (uid === null || uid === 0);
}
