import { DNS_PROXY_PORTS } from '../istio/dns.ts';
import { RESERVED } from '../istio/ports.ts';
import type { Socket } from '../model/socket.ts';
import type { Endpoint } from './listeners.ts';
import { inboundPort, minorOf, type World } from './scenario.ts';
import type { Intended, Program } from './types.ts';

/** A packet that arrived at a socket, and where it had been going before anybody rewrote it. */
export interface Arrival extends Endpoint {
  readonly original: Endpoint;
  readonly source: { readonly address: string; readonly port: number | undefined };
}

/** Who got a packet. */
export interface Reception {
  readonly program: Program;
  readonly why: string;
  readonly intended: Intended;
}

const WHO: Readonly<Record<Program, string>> = {
  'proxy-inbound': "the proxy's inbound listener",
  'proxy-outbound': "the proxy's outbound listener",
  tunnel: "the proxy's HBONE listener",
  dns: 'the DNS proxy',
  agent: "Istio's agent",
  application: 'the application',
  resolver: 'a resolver in the pod',
  none: 'nobody',
  unknown: 'a listener of unknown purpose',
};

/** Who listens where a packet arrives: what the sockets show, else who Istio has there. */
export function receive(world: World, arrival: Arrival): Reception {
  const program = programAt(world, arrival);
  const { listeners, actors } = world;
  // Without an application in sight, its port is only an example.
  const example = program === 'application' && arrival.port === actors.applicationPort && !actors.applicationSeen;
  if (!listeners.seen || example) return unseen(program, arrival.port, example);
  const socket = listeners.at(arrival);
  if (!socket) return refused(arrival);
  return shown(program, socket, world);
}

function programAt(world: World, { port, address, original }: Arrival): Program {
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
function takesInbound(world: World, inbound: number, original: Endpoint): boolean {
  const { dataplane, proxyPort } = world.config;
  const both = dataplane === 'sidecar' && (minorOf(world) < 6 || inbound === proxyPort);
  return both && original.address === world.actors.own;
}

function unseen(program: Program, port: number | undefined, example: boolean): Reception {
  if (program === 'unknown') {
    return {
      program,
      why: `nothing of Istio listens on port ${port}, and who else does was not shown`,
      intended: 'no',
    };
  }
  const because = example ? 'port taken as an example' : 'taken to listen: the sockets were not shown';
  return { program, why: `${WHO[program]}, ${because}`, intended: 'yes' };
}

function refused({ protocol, port, address }: Arrival): Reception {
  return { program: 'none', why: `nobody listens on ${protocol} ${address} port ${port}: refused`, intended: 'no' };
}

function shown(program: Program, { uid, process }: Socket, { config }: World): Reception {
  const owner = `${process ? `${process.name}, ` : ''}uid ${uid ?? 'not shown'}`;
  const why = `${WHO[program]} (${owner})`;
  if (program === 'unknown') return { program, why, intended: 'no' };
  // As root (TPROXY, privileged ports) the proxy has the exempt gid, which ss does not show.
  const exempt = uid === null || uid === 0 || config.proxyUid.includes(uid);
  if (config.dataplane === 'ambient' || program === 'application' || exempt) return { program, why, intended: 'yes' };
  const wanted = config.proxyUid.join(', ');
  return { program, why: `${why}: the rules are meant to exempt uid ${wanted}`, intended: 'no' };
}
