import type { FailureCause, WriteFailure } from '../model/write-failure.ts';
import { REPLACE_POD } from './catalogue/wording.ts';

/** What a failure most likely comes from, as the rest of a sentence; and what helps. */
interface Told {
  readonly why: string;
  readonly advice: string;
}

const LOAD =
  'Load the modules on the node, also when it starts (/etc/modules-load.d), or in the kernel of a sandbox (gVisor, Kata).\nThen replace the pod.';

const TOLD: Readonly<Record<FailureCause, (failure: WriteFailure) => Told>> = {
  exists: () => ({
    why: 'the chains are there already, so this is a second run in the same network namespace; what the first one left is not shown here',
    advice: REPLACE_POD,
  }),
  rights: () => ({
    why: 'the rights were missing: writing rules takes NET_ADMIN and NET_RAW, and uid 0',
    advice:
      'Allow istio-init NET_ADMIN and NET_RAW (Pod Security level, SCC, PSP), or use istio-cni, with which pods need none.\nOn nodes with SELinux make istio-init or istio-cni privileged.',
  }),
  table: ({ modules }) => ({
    why: `the kernel of the node has not that table${kernelModules(modules)}, the node uses the other backend of iptables (nf_tables instead of legacy, or the other way), or the rights (NET_ADMIN, NET_RAW) were missing`,
    advice: LOAD,
  }),
  rule: ({ modules }) => ({
    why: `the kernel of the node lacks what a rule needs${kernelModules(modules)}, or the node uses the other backend of iptables (nf_tables instead of legacy, or the other way)`,
    advice: LOAD,
  }),
  library: ({ modules }) => ({
    why: `iptables has no library for a match or target (${modules.join(', ')}) where it ran; the kernel module of the same name may be missing as well`,
    advice:
      'Use the proxyv2 and install-cni images as they are released; an image of your own needs the extensions of its iptables. Then replace the pod.',
  }),
  lock: () => ({
    why: 'another program held the lock of iptables (/run/xtables.lock) all the time, or the lock could not be opened',
    advice:
      'Replace the pod.\nIf it happens again, see which program on the node keeps changing rules, and that /run/xtables.lock can be written.',
  }),
  tool: () => ({
    why: 'the tool could not be started, or works with no backend that the kernel of the node has (nf_tables or legacy)',
    advice: `Use the proxyv2 and install-cni images as they are released, and make sure that the node has nf_tables or ip_tables.\n${LOAD}`,
  }),
  text: () => ({
    why: 'what was handed over is not valid for that iptables: an input of Istio, such as an annotation, has a value that no rule can have, or a module is missing',
    advice:
      'Look at the annotations `traffic.sidecar.istio.io/…` of the pod template, and at the line that the log names.',
  }),
  unknown: () => ({
    why: 'what it says does not tell why; most often a kernel module is missing, or the chains were there already',
    advice: `Read the lines around it, and replace the pod.\n${LOAD}`,
  }),
};

function kernelModules(modules: readonly string[]): string {
  return modules.length === 0 ? '' : ` (${modules.length === 1 ? 'module' : 'modules'} ${modules.join(', ')})`;
}

/** What a log says of rules that were not taken, and what helps. */
export function failureInWords(failure: WriteFailure): { readonly message: string; readonly advice: string } {
  const { family, rule, pod, line, source, cause } = failure;
  const { why, advice } = TOLD[cause](failure);
  const whose = pod === null ? '' : ` for the pod ${pod}`;
  const which = family === null ? 'rules' : `${family === 'ipv6' ? 'IPv6' : 'IPv4'} rules`;
  const at = rule === null ? '' : ` It stopped at ${rule}.`;
  return {
    message: `Writing the ${which}${whose} failed, as ${source} says (line ${line})${cause === 'exists' ? '' : ', so they are not in the kernel'}.${at} Most likely ${why}.`,
    advice,
  };
}
