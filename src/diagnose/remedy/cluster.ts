import type { Situation } from './situation.ts';

/** Steps that are taken with kubectl, in words and with the names of the pod. */

/** Rules are written when a network namespace is set up, so a new pod has those that are meant. `when`: a condition. */
export function renew(situation: Situation, when = ''): string {
  const start = (verb: string) => (when === '' ? verb : `${when}, ${verb[0]?.toLowerCase()}${verb.slice(1)}`);
  if (situation.plane === 'node')
    return `${start('Restart')} the agent, which writes the rules of the node anew: \`kubectl rollout restart ds/istio-cni-node -n istio-system\`.`;
  return `${start('Delete')} the pod, so that its rules are written anew: \`${deletePod(situation)}\`.`;
}

/** The command that replaces the pod. */
export function deletePod({ names }: Situation): string {
  return `kubectl delete pod ${names.pod} -n ${names.namespace}`;
}

/** A command that shows what a container of the pod said. */
export function logsOf({ names }: Situation, container: string): string {
  return `kubectl logs ${names.pod} -n ${names.namespace} -c ${container}`;
}

/** What the program said that should have written the rules: it goes with the pod, so it is read first. */
export function writerLog(situation: Situation): string {
  if (situation.plane === 'sidecar')
    return `Read why first: \`${logsOf(situation, 'istio-init')}\` (with istio-cni: \`-c istio-validation\`).`;
  return `Read why first, from the agent of its node: \`${AGENT_LOG}\`.`;
}

/** ztunnel and the agent are one pod on each node; the prefix names it. */
export const AGENT_LOG = 'kubectl logs -n istio-system -l k8s-app=istio-cni-node --prefix';
export const ZTUNNEL_LOG = 'kubectl logs -n istio-system -l app=ztunnel --prefix';

/** Whoever writes rules in a pod has NET_ADMIN there, which its containers' list shows. `did`: `that flushed them, or …`. */
export function findWriter({ names, plane }: Situation, did: string): string {
  if (plane === 'node') return `Find the program of the node ${did}.`;
  return `Find the container with NET_ADMIN ${did}: \`kubectl get pod ${names.pod} -n ${names.namespace} -o yaml\`.`;
}

/** The label that keeps Istio away from a pod, in its data plane. */
export function optOut({ plane }: Situation): string {
  return plane === 'sidecar' ? '`sidecar.istio.io/inject: "false"`' : '`istio.io/dataplane-mode: none`';
}
