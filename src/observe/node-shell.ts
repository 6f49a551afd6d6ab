import { type PodNames, podNames } from '../istio/pod-names.ts';
import { quoteWords } from '../print/shell.ts';

/**
 * How to look from the node of a pod, where root sees the rules and the processes of every container: the way that needs no
 * container in the pod to be running. `crictl` is on each node that has a kubelet.
 */
export function fromTheNode(environment: Readonly<Record<string, string>> = {}, command = 'istio-nat check'): string {
  const names = podNames(environment);
  return `from its node, PID being the one in \`${pidOf(names)}\` there: \`${nodeCommand(names, command)}\``;
}

/** A debug pod on the node brings the host's processes along, and with this profile all rights. */
function nodeCommand({ node }: PodNames, command: string): string {
  const debug = ['kubectl', 'debug', `node/${node}`, '-it', '--profile=sysadmin', '--image=IMAGE', '--'];
  return quoteWords([...debug, 'nsenter', '-t', 'PID', '-n', ...command.split(' ')]);
}

function pidOf({ pod }: PodNames): string {
  return `crictl inspectp $(crictl pods -q --name ${pod})`;
}
