import { evaluatePacket, Hooks, type Trace } from '../evaluate/packet.ts';
import type { Context } from '../expect/context.ts';
import type { Family } from '../model/family.ts';
import type { Packet } from '../model/packet.ts';
import { linksOf, localAddresses } from '../model/pod.ts';

/** An application's user, where nobody says another: not one that Istio exempts. */
const ORDINARY = 1000;

/** Addresses of documentation (RFC 5737, RFC 3849) for a pod and a stranger whose own are not known. */
const POD: Readonly<Record<Family, string>> = { ipv4: '198.51.100.5', ipv6: '2001:db8::5' };
const STRANGER: Readonly<Record<Family, string>> = { ipv4: '203.0.113.9', ipv6: '2001:db8:1::9' };

/** A connection from another host to a port of the pod. */
export function inboundTo(port: number, family: Family, context: Context): Packet {
  return {
    ...{ family, hook: 'PREROUTING', protocol: 'tcp', source: STRANGER[family], sourcePort: 40000 },
    ...{ destination: podAddress(family, context), destinationPort: port, inInterface: deviceOf(context) },
  };
}

/** The first packet that an application sends somewhere. */
export function outboundTo(
  destination: string,
  port: number,
  protocol: 'tcp' | 'udp',
  family: Family,
  context: Context,
): Packet {
  const stays = destination.startsWith('127.') || destination === '::1';
  return {
    ...{ family, hook: 'OUTPUT', protocol, source: podAddress(family, context), sourcePort: 40000 },
    ...{
      destination,
      destinationPort: port,
      outInterface: stays ? 'lo' : deviceOf(context),
      uid: ORDINARY,
      gid: ORDINARY,
    },
  };
}

/** The interface that others reach the pod by. */
export function deviceOf({ pod }: Context): string {
  return linksOf(pod).interfaces[0] ?? 'eth0';
}

function podAddress(family: Family, { pod }: Context): string {
  return localAddresses(pod).find((address) => address.includes(':') === (family === 'ipv6')) ?? POD[family];
}

/** What becomes of a packet, by the live rules and by Istio's. */
export function bothWays(
  packet: Packet,
  { pod, expected }: Context,
): { readonly live: Trace; readonly intended: Trace } {
  return {
    live: evaluatePacket(new Hooks(pod.ruleset), packet),
    intended: evaluatePacket(new Hooks(expected), packet),
  };
}
