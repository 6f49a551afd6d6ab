import { evaluatePacket, Hooks } from '../../evaluate/packet.ts';
import type { Context } from '../../expect/context.ts';
import { istioTables } from '../../istio/chains.ts';
import { isNode } from '../../istio/node.ts';
import { PORT } from '../../istio/ports.ts';
import { formatAddress } from '../../model/address.ts';
import type { Packet, Verdict } from '../../model/packet.ts';
import { remembered } from '../../model/remembered.ts';
import { captures } from '../traffic/verdicts.ts';
import { type Guests, guestsOf } from './guests.ts';

/** Guests of the pod whose connections to others are captured as if they were to the pod. */
export interface CapturedGuests extends Guests {
  readonly witness: Packet;
  readonly verdict: Verdict;
}

/** The guests behind bridges and tunnels whose forwarded connections inbound capture takes. */
export const capturedGuests = remembered((context: Context): readonly CapturedGuests[] => {
  const { config, pod } = context;
  if (config.scope === 'host' || isNode(context) || istioTables(pod.ruleset).length === 0) return [];
  const told = [...config.rerouteVirtualInterfaces, ...config.excludeInterfaces];
  const hooks = new Hooks(pod.ruleset);
  return guestsOf(context).flatMap((guests) => {
    if (guests.name !== null && told.includes(guests.name)) return [];
    const ways = packetsFrom(guests, context).map((witness) => ({
      witness,
      verdict: evaluatePacket(hooks, witness).verdict,
    }));
    const taken = ways.find(({ verdict }) => isInbound(verdict, context));
    return taken === undefined ? [] : [{ ...guests, ...taken }];
  });
});

const FAR = { ipv4: '203.0.113.10', ipv6: '2001:db8:1::10' } as const;
const GUEST = { ipv4: '198.51.100.2', ipv6: '2001:db8:2::2' } as const;

/** The first packets of connections to hosts elsewhere, to a port that inbound capture is about. */
function packetsFrom({ name, range }: Guests, { config }: Context): Packet[] {
  const family = range?.family ?? 'ipv4';
  const source = range === null ? GUEST[family] : formatAddress(family, range.address + 2n);
  const ports = config.inboundPortsInclude === '*' ? [443, 8080] : config.inboundPortsInclude;
  return ports.map((destinationPort) => ({
    ...{ family, hook: 'PREROUTING', protocol: 'tcp', source, sourcePort: 40_000 },
    ...{ destination: FAR[family], destinationPort, inInterface: name ?? 'guests0', ctState: 'NEW' },
  }));
}

/** To the port for inbound traffic; what goes to that for outbound is treated as it should be. */
function isInbound(verdict: Verdict, { config }: Context): boolean {
  if (!captures(verdict) || !('port' in verdict)) return false;
  return verdict.port !== (config.dataplane === 'ambient' ? PORT.outbound : config.proxyPort);
}
