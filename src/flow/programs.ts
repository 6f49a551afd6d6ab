import { DNS_PROXY_PORTS } from '../istio/dns.ts';
import { RESERVED } from '../istio/ports.ts';
import type { Socket } from '../model/socket.ts';
import type { Endpoint, Program } from './listeners.ts';
import type { Evidence } from './reasons.ts';
import { inboundPort, minorOf, type Scenario } from './scenario.ts';
import type { Intended } from './types.ts';

/** A packet that arrived at a socket, and where it had been going before anybody rewrote it. */
export interface Arrival extends Endpoint {
  readonly original: Endpoint;
  readonly source: { readonly address: string; readonly port: number | undefined };
}

/** Who got a packet. */
export interface Reception {
  readonly program: Program;
  readonly by: Evidence;
  readonly intended: Intended;
}

/** Who listens where a packet arrives: what the sockets show, else who Istio has there. */
export function receive(world: Scenario, arrival: Arrival): Reception {
  const program = programAt(world, arrival);
  const { listeners, actors, expected } = world;
  // Without an application in sight, its port is only an example.
  const example = program === 'application' && arrival.port === actors.applicationPort && !actors.applicationSeen;
  const socket = listeners.at(arrival);
  if (socket !== undefined) return shown(program, socket, world);
  if (listeners.wouldShow(arrival)) return refused(arrival, example, expected !== null);
  return unseen(program, { port: arrival.port, example, open: listeners.obstacle !== null });
}

function programAt(world: Scenario, { port, address, original }: Arrival): Program {
  const { config, actors } = world;
  const inbound = inboundPort(world);
  if (port === config.proxyPort) return takesInbound(world, inbound, original) ? 'proxy-inbound' : 'proxy-outbound';
  if (port === inbound || port === config.inboundCapturePort) return 'proxy-inbound';
  if (port === config.inboundTunnelPort) return 'tunnel';
  if (port === actors.applicationPort) return 'application';
  if (port === undefined) return 'unknown';
  if (port === 53 && address === actors.resolver) return 'resolver';
  if (DNS_PROXY_PORTS.has(port)) return 'dns';
  // ztunnel has no agent beside the application.
  if (config.dataplane === 'sidecar' && Object.hasOwn(RESERVED, port)) return 'agent';
  // Whoever was called, and got it: another listener of the pod.
  return port === original.port && address === original.address ? 'application' : 'unknown';
}

/** One listener could take both directions until 1.5 (TPROXY: 1.8), told apart by where they had been going. */
function takesInbound(world: Scenario, inbound: number, original: Endpoint): boolean {
  const { dataplane, proxyPort } = world.config;
  const both = dataplane === 'sidecar' && (minorOf(world) < 6 || inbound === proxyPort);
  return both && original.address === world.actors.own;
}

function unseen(program: Program, how: Omit<Extract<Evidence, { kind: 'unseen' }>, 'kind'>): Reception {
  const taken = how.open ? 'unknown' : 'yes';
  return { program, by: { kind: 'unseen', ...how }, intended: program === 'unknown' ? 'no' : taken };
}

/** That nobody serves a port which nobody named is no fault, nor where nobody knows what is meant. */
function refused({ protocol, port, address }: Arrival, example: boolean, isMeantKnown: boolean): Reception {
  const by = { kind: 'nobody', protocol, address, port, example } as const;
  if (example) return { program: 'none', by, intended: 'yes' };
  return { program: 'none', by, intended: isMeantKnown ? 'no' : 'unknown' };
}

function shown(program: Program, { uid, process }: Socket, { config }: Scenario): Reception {
  const by = { kind: 'socket', process: process?.name ?? null, uid } as const;
  if (program === 'unknown') return { program, by, intended: 'no' };
  // As root (TPROXY, privileged ports) the proxy has the exempt gid, which ss does not show.
  const exempt = uid === null || uid === 0 || config.proxyUid.includes(uid);
  if (config.dataplane === 'ambient' || program === 'application' || exempt) return { program, by, intended: 'yes' };
  return { program, by: { ...by, exempt: config.proxyUid }, intended: 'no' };
}
