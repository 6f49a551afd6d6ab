import type { Context } from '../../expect/context.ts';
import { inputsOf, parseRelease } from '../../layout/index.ts';
import { formatNetwork } from '../../model/address.ts';
import { releaseOf } from '../../model/releases.ts';
import { type CapturedGuests, capturedGuests } from '../behind/captured.ts';
import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';

/** More signs than this of one interface are not quoted. */
const QUOTED = 4;

/** Containers, virtual machines and peers of a tunnel behind the pod, whose traffic the pod forwards. */
export const behind = defineCheck({
  id: 'forwarded-traffic',
  description: 'what the pod forwards for others is not captured as if it were for the pod',
  codes: ['NAT0210'],
  run: (context) => {
    if (context.config.scope === 'host') return { skipped: 'this is a node' };
    const captured = capturedGuests(context);
    const [first] = captured;
    if (first === undefined) return [];
    const { verdict } = first;
    const port = 'port' in verdict ? verdict.port : '';
    return [
      finding('NAT0210', {
        severity: 'warning',
        message: `What comes ${captured.map(fromWhere).join(' and ')} and goes on to other hosts is captured as inbound: its connections end at port ${port} of this pod, whatever host they are for.`,
        evidence: captured.flatMap(({ evidence }) => evidence.slice(0, QUOTED)),
        advice: wayOut(captured, context),
      }),
    ];
  },
});

function fromWhere({ name, range }: CapturedGuests): string {
  const addresses = range === null ? '' : ` from ${formatNetwork(range)}`;
  return name === null ? addresses.trim() : `in by ${name}${addresses}`;
}

function wayOut(captured: readonly CapturedGuests[], context: Context): string {
  const { istioVersion, dataplane, rerouteVirtualInterfaces } = context.config;
  const release = parseRelease(istioVersion);
  if ('error' in release || !inputsOf(release, dataplane).includes('rerouteVirtualInterfaces'))
    return `Istio ${releaseOf(context)} cannot be told to treat it as outbound: the annotation istio.io/reroute-virtual-interfaces came to ambient with 1.25, kubevirtInterfaces to sidecars with 1.1.`;
  const names = [...rerouteVirtualInterfaces, ...captured.flatMap(({ name }) => name ?? [])];
  const list = names.length > 0 ? names.join(',') : 'NAME';
  const find = captured.some(({ name }) => name === null)
    ? ' `ip addr show` has the name: of the interface with an address in that range.'
    : '';
  return `On the pod template: ${annotationOf(release, dataplane)}: "${list}" makes it outbound traffic.${find}`;
}

type Release = Extract<ReturnType<typeof parseRelease>, { readonly major: number }>;

/** 1.25 gave the annotation a name that both data planes know. */
function annotationOf(release: Release, dataplane: 'sidecar' | 'ambient'): string {
  const isOld = release.major === 1 && release.minor < 25;
  return dataplane === 'sidecar' && isOld
    ? 'traffic.sidecar.istio.io/kubevirtInterfaces'
    : 'istio.io/reroute-virtual-interfaces';
}
