import { isLoopback } from '../evaluate/state.ts';
import { PASSTHROUGH } from '../istio/proxy.ts';
import { formatAddress, parseAddress, parseNetwork } from '../model/address.ts';
import type { Config } from '../model/config.ts';
import type { Family } from '../model/family.ts';
import type { Pod } from '../model/pod.ts';
import type { Listeners } from './listeners.ts';
import { addressesOf, ownAddress } from './routes.ts';
import type { FlowQuestion } from './types.ts';

/** Who takes part in the lives that are followed: addresses as text, ports, and the application's user. */
export interface Actors {
  readonly family: Family;
  /** The pod. */
  readonly own: string;
  /** Another pod that calls this one, and the node that probes it. */
  readonly client: string;
  readonly node: string;
  readonly remote: { readonly address: string; readonly port: number };
  /** A service whose only endpoint is this pod. */
  readonly service: { readonly address: string; readonly port: number };
  readonly resolver: string;
  readonly loopback: string;
  /** The source that the proxy's inbound half takes towards the application since 1.3. */
  readonly passthrough: string;
  readonly applicationPort: number;
  readonly applicationUid: number;
  /** Whether somebody said or showed which port it is; else nobody need listen there. */
  readonly applicationSeen: boolean;
}

interface Known {
  readonly pod: Pod;
  readonly config: Config;
  readonly listeners: Listeners;
}

/** Stand-ins where nothing better is known: addresses that no layout names. */
const STAND_INS = {
  ipv4: {
    ...{ own: '10.0.0.5', client: '10.0.0.9', node: '10.0.0.1', remote: '203.0.113.7', service: '10.96.0.80' },
    ...{ resolver: '10.96.0.10', loopback: '127.0.0.1' },
  },
  ipv6: {
    ...{ own: 'fd00::5', client: 'fd00::9', node: 'fd00::1', remote: '2001:db8::7', service: 'fd00:96::80' },
    ...{ resolver: 'fd00:96::10', loopback: '::1' },
  },
} as const;

const APPLICATION_PORT = 8080;
const APPLICATION_UID = 1000;
const REMOTE_PORT = 443;

/** The actors of a family: what was asked for, else what the pod shows, else stand-ins. */
export function actorsOf(family: Family, request: FlowQuestion, known: Known): Actors {
  const { own: stand, loopback, ...others } = STAND_INS[family];
  const { config, pod, listeners } = known;
  const held = addressesOf(family, pod.routing);
  const away = (text: string) => notHeld(text, held);
  const application = listeners.application();
  const to = request.to?.family === family ? request.to : undefined;
  const servers = family === 'ipv4' ? config.dnsServersV4 : config.dnsServersV6;
  const captured = firstCaptured(family, config, held);
  return {
    ...{ family, loopback, passthrough: PASSTHROUGH[family], client: away(others.client), node: away(others.node) },
    own: ownAddress(family, pod.routing) ?? stand,
    remote: { address: to?.address ?? captured?.(7n) ?? away(others.remote), port: request.to?.port ?? REMOTE_PORT },
    service: { address: captured?.(80n) ?? away(others.service), port: 80 },
    resolver: servers[0] ?? away(others.resolver),
    applicationPort: request.port ?? application?.localPort ?? APPLICATION_PORT,
    applicationUid: request.uid ?? application?.uid ?? APPLICATION_UID,
    applicationSeen: request.port !== undefined || application !== undefined,
  };
}

/** An address like this one that is not the pod's own. */
function notHeld(text: string, held: readonly string[]): string {
  const parsed = parseAddress(text);
  if (parsed === null || !held.includes(text)) return text;
  return notHeld(formatAddress(parsed.family, parsed.value + 100n), held);
}

/**
 * Addresses inside the first range that is captured, where only ranges are: a call outside shows nothing, nor does one
 * to the pod itself.
 */
function firstCaptured(
  family: Family,
  { dataplane, outboundIpRangesInclude: ranges }: Config,
  held: readonly string[],
): ((host: bigint) => string) | undefined {
  if (dataplane === 'ambient' || ranges === '*') return undefined;
  const inside = ranges.flatMap((text) => {
    const network = parseNetwork(text);
    if (network?.family !== family || network.mask === 0n || isLoopback(family, network.address)) return [];
    return [(host: bigint) => formatAddress(family, network.address | (host & ~network.mask))];
  });
  return inside.find((at) => !held.includes(at(7n)) && !held.includes(at(80n)));
}
