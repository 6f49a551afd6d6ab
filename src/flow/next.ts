import { ZTUNNEL_MARK } from '../istio/marks.ts';
import { PROXY_ID } from '../istio/proxy.ts';
import type { Packet } from '../model/packet.ts';
import type { Program } from './listeners.ts';
import type { Arrival } from './programs.ts';
import type { Refusal } from './reasons.ts';
import { inboundPort, isHere, minorOf, type Scenario, wayTo } from './scenario.ts';
import type { JourneyName } from './types.ts';

/** What a program does with what it got: a packet of its own, or the end of the way. */
export type Next =
  | { readonly kind: 'sends'; readonly packet: Packet }
  | { readonly kind: 'answers' }
  /** It takes the connection and ends it, as it is meant to. */
  | { readonly kind: 'closes'; readonly because: Refusal }
  /** Null: there is nobody to do anything. */
  | { readonly kind: 'fails' | 'unknown'; readonly because: Refusal | null };

/** Whose packets they are, and how the rules can tell. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  readonly mark?: number;
}

/**
 * The proxy as it runs: the owner of its listener if that was seen, else the uid that is exempt; root in TPROXY mode,
 * where it needs to send from others' addresses. ss shows no group: by its uid's place in the list, or the first.
 */
export function proxyOwner({ config, listeners }: Scenario): Owner {
  if (config.dataplane === 'ambient') return { uid: 0, gid: PROXY_ID, mark: ZTUNNEL_MARK };
  const [first = PROXY_ID] = config.proxyUid;
  const uid = listeners.proxyUid() ?? (config.interceptionMode === 'TPROXY' ? 0 : first);
  const place = config.proxyUid.indexOf(uid);
  if (place < 0 && uid !== 0) return { uid, gid: uid };
  return { uid, gid: config.proxyGid[place] ?? config.proxyGid[0] ?? PROXY_ID };
}

/** The application: its group is taken to have the number of its user. */
export function applicationOwner({ actors }: Scenario): Owner {
  return { uid: actors.applicationUid, gid: actors.applicationUid };
}

/** What the program that got a packet does next. `port` is the source port of what it sends. */
export function next(world: Scenario, program: Program, arrival: Arrival, journey: JourneyName, port: number): Next {
  if (isOwnPort(world, program, arrival)) {
    return { kind: 'closes', because: { kind: 'own-port' } };
  }
  switch (program) {
    case 'proxy-inbound':
    case 'tunnel':
      return towardsApplication(world, program, arrival, port);
    case 'proxy-outbound':
      return towardsDestination(world, arrival, journey, port);
    case 'dns':
      return towardsResolver(world, arrival, port);
    case 'agent':
      if (journey !== 'probe') return { kind: 'answers' };
      return towardsApplication(world, program, arrival, port);
    case 'application':
    case 'resolver':
      return { kind: 'answers' };
    case 'none':
      return { kind: 'fails', because: null };
    case 'unknown':
      return { kind: 'unknown', because: { kind: 'unknown-purpose' } };
  }
}

/** Envoy's virtual listeners have a chain that ends what was sent to their own port, wherever to: a loop otherwise. */
function isOwnPort(world: Scenario, program: Program, { original }: Arrival): boolean {
  const { dataplane, proxyPort } = world.config;
  if (dataplane === 'ambient' || minorOf(world) < 8) return false;
  if (program === 'proxy-outbound') return original.port === proxyPort;
  return program === 'proxy-inbound' && original.port === inboundPort(world);
}

type Towards = Pick<Arrival, 'protocol' | 'address' | 'port'>;

function sent(world: Scenario, to: Towards, port: number, fields: Partial<Packet> = {}): Next {
  const { family } = world.actors;
  const destinationPort = to.port === undefined ? {} : { sourcePort: port, destinationPort: to.port };
  const packet: Packet = {
    ...{ family, hook: 'OUTPUT', protocol: to.protocol, destination: to.address, ...wayTo(world, to.address) },
    ...destinationPort,
    ...proxyOwner(world),
    ...fields,
  };
  return { kind: 'sends', packet };
}

/** Until 1.23 no rule exempted ztunnel's own queries: it made them in the network namespace of its own pod. */
function towardsResolver(world: Scenario, { original }: Arrival, port: number): Next {
  if (world.config.dataplane === 'ambient' && minorOf(world) < 24) return { kind: 'answers' };
  return sent(world, { ...original, address: world.actors.resolver }, port);
}

/**
 * Since 1.10 the sidecar connects to the pod's own address from the passthrough address, before from loopback to
 * loopback; in TPROXY mode it keeps the client's address since its answers are marked (1.9), and so does ztunnel.
 */
function towardsApplication(world: Scenario, program: Program, { source, original }: Arrival, port: number): Next {
  const { actors, config } = world;
  if (!isHere(world, original.address)) {
    return { kind: 'fails', because: { kind: 'elsewhere', address: original.address } };
  }
  const own = { protocol: 'tcp', address: actors.own, port: actors.applicationPort };
  const to = program === 'proxy-inbound' ? original : own;
  if (config.dataplane === 'ambient') return sent(world, to, port, { source: source.address });
  if (program !== 'agent' && isTransparent(world)) {
    return sent(world, to, port, { source: source.address, mark: config.inboundTproxyMark });
  }
  if (minorOf(world) >= 10) return sent(world, to, port, { source: actors.passthrough });
  return sent(world, { ...to, address: actors.loopback }, port, { source: actors.loopback });
}

/** IPv6 was redirected until 1.11, whatever the mode. */
function isTransparent(world: Scenario): boolean {
  return world.config.interceptionMode === 'TPROXY' && minorOf(world) >= (world.actors.family === 'ipv4' ? 9 : 12);
}

function towardsDestination(world: Scenario, { original }: Arrival, journey: JourneyName, port: number): Next {
  const { actors, config } = world;
  const ambient = config.dataplane === 'ambient';
  if (journey === 'self-service' && original.address === actors.service.address) {
    // The only endpoint of the service is this pod, and ztunnel reaches a captured pod by its tunnel.
    const endpoint = ambient && !config.ingressMode ? config.inboundTunnelPort : actors.applicationPort;
    return sent(world, { protocol: 'tcp', address: actors.own, port: endpoint }, port);
  }
  if (ambient && original.address === actors.own) {
    return { kind: 'unknown', because: { kind: 'tunnel-to-itself' } };
  }
  return sent(world, original, port);
}
