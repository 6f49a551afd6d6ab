import type { Context } from '../../expect/context.ts';
import { inputsOf, parseRelease } from '../../layout/index.ts';
import { formatNetwork } from '../../model/address.ts';
import { releaseOf } from '../../model/releases.ts';
import type { Evidence } from '../../model/report.ts';
import { rerouteAnnotation } from '../remedy/settings.ts';
import type { CapturedGuests } from './captured.ts';

/** More signs than this of one interface are not quoted. */
const QUOTED = 4;

/** What becomes of guests, what shows them, and the way out, as findings say it. */
export interface Told {
  readonly message: string;
  readonly evidence: readonly Evidence[];
  readonly advice: string;
}

/** The words for guests, of which there is one at least. */
export function toldOf(captured: readonly [CapturedGuests, ...CapturedGuests[]], context: Context): Told {
  const [{ verdict }] = captured;
  const port = 'port' in verdict ? verdict.port : '';
  return {
    message: `What comes ${captured.map(fromWhere).join(' and ')} and goes on to other hosts is captured as inbound: its connections end at port ${port} of this pod, whatever host they are for.`,
    evidence: captured.flatMap(({ evidence }) => evidence.slice(0, QUOTED)),
    advice: wayOut(captured, context),
  };
}

function fromWhere({ name, range }: CapturedGuests): string {
  const addresses = range === null ? '' : ` from ${formatNetwork(range)}`;
  return name === null ? addresses.trim() : `in by ${name}${addresses}`;
}

function wayOut(captured: readonly CapturedGuests[], context: Context): string {
  const { istioVersion, dataplane, rerouteVirtualInterfaces } = context.config;
  const release = parseRelease(istioVersion);
  if ('error' in release || !inputsOf(release, dataplane).includes('rerouteVirtualInterfaces'))
    return `Upgrade: Istio ${releaseOf(context)} cannot be told to treat it as outbound; ambient can since 1.25, sidecars since 1.1.`;
  const names = [...rerouteVirtualInterfaces, ...captured.flatMap(({ name }) => name ?? [])];
  const list = names.length > 0 ? names.join(',') : 'NAME';
  const find = captured.some(({ name }) => name === null)
    ? '\nFind the name with `ip addr show` in the pod: the interface has an address in that range.'
    : '';
  return `Set \`${rerouteAnnotation(context.config)}: "${list}"\` on the pod template: it makes that outbound traffic.${find}`;
}
