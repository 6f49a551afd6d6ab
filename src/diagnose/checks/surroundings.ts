import type { Context } from '../../expect/context.ts';
import { isNode, signsOfNode } from '../../istio/node.ts';
import { otherMeshes } from '../../istio/other-meshes.ts';
import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { isFree } from '../free.ts';

/** A node's namespace is not expected to hold a layout. */
export const node = defineCheck({
  id: 'pod-namespace',
  description: "this is a pod's network namespace",
  codes: ['NAT1005'],
  run: (context) => {
    if (!isNode(context)) return [];
    const evidence = signsOfNode(context.pod);
    return [
      finding('NAT1005', {
        message:
          'This is the network namespace of a node, which a pod with hostNetwork shares: no layout of a pod is expected here.',
        evidence,
      }),
    ];
  },
});

/** Rules of other meshes are named, not judged. */
export const otherMesh = defineCheck({
  id: 'other-meshes',
  description: 'no other mesh has programmed this namespace',
  codes: ['NAT1006'],
  run: (context) =>
    otherMeshes(context.pod).map(({ name, evidence }) =>
      finding('NAT1006', {
        message: `The rules of ${name} are here. They are not judged; where they change what Istio captures, another finding says so.`,
        evidence,
      }),
    ),
});

/** Kinds of pods whose traffic nobody captures, and configurations that capture nothing. */
export const noCapture = defineCheck({
  id: 'capture-expected',
  description: 'this kind of pod is captured',
  codes: ['NAT1007'],
  run: (context) => {
    const reason = isFree(context) && context.exempt !== null ? context.exempt : uncapturedInbound(context);
    return reason === null ? [] : [finding('NAT1007', reason)];
  },
});

/** Somebody declared that no inbound port is captured. */
function uncapturedInbound({ config, origin }: Context): Context['exempt'] {
  const { inboundPortsInclude: ports, outboundIpRangesInclude: ranges, outboundPortsInclude, dataplane } = config;
  const declared = ['flag', 'config', 'env', 'annotation'].includes(origin.inboundPortsInclude ?? 'default');
  if (dataplane !== 'sidecar' || ports.length > 0 || !declared) return null;
  const nothing = ranges.length === 0 && outboundPortsInclude.length === 0;
  const what = nothing ? 'No traffic is to be captured' : 'No inbound traffic is to be captured';
  return {
    message: `${what}: the list of included ${nothing ? 'ports and ranges' : 'inbound ports'} is empty.`,
    evidence: [{ kind: 'command', command: 'inboundPortsInclude', text: '""' }],
  };
}

/** Whether a finding of this file says why Istio's rules are not here. */
export function isExplained(context: Context): boolean {
  return isFree(context) || otherMeshes(context.pod).length > 0;
}
