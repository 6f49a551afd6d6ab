import { goesToDnsProxy } from '../istio/dns.ts';
import { PORT } from '../istio/ports.ts';
import type { Packet } from '../model/packet.ts';
import type { Start } from './life.ts';
import { applicationOwner } from './next.ts';
import { passage } from './pass.ts';
import { groundOf, minorOf, type Scenario, wayIn, wayTo } from './scenario.ts';
import { JOURNEYS, type JourneyName } from './types.ts';

/** The first packets of the lives asked for; of all that apply unless some are named. */
export function startsOf(world: Scenario, asked: readonly JourneyName[] | undefined): Start[] {
  const names = JOURNEYS.filter((name) => (asked === undefined ? applies(world, name) : asked.includes(name)));
  return names.map((name) => ({ name, packet: firstPacket(world, name) }));
}

/** Source port of every first packet; the kernel would choose one like it. */
const SOURCE_PORT = 40000;
const DNS = 53;

function applies(world: Scenario, name: JourneyName): boolean {
  if (name === 'dns-tcp') return capturesDns(world);
  return name !== 'probe' || world.config.dataplane === 'ambient' || minorOf(world) >= 1;
}

/** Queries over TCP are a life of their own only where they can be told from other connections. */
function capturesDns(world: Scenario): boolean {
  const packet = firstPacket(world, 'dns-tcp');
  return [world.live, world.expected].some((hooks) => {
    if (hooks === null) return false;
    return goesToDnsProxy(passage(hooks, packet, groundOf(world)).verdict);
  });
}

function firstPacket(world: Scenario, name: JourneyName): Packet {
  const { actors } = world;
  switch (name) {
    case 'inbound':
      return fromOutside(world, actors.client, actors.applicationPort);
    case 'outbound':
      return fromApplication(world, actors.remote.address, actors.remote.port);
    case 'dns':
      return fromApplication(world, actors.resolver, DNS, { protocol: 'udp' });
    case 'dns-tcp':
      return fromApplication(world, actors.resolver, DNS);
    case 'probe':
      return probe(world);
    case 'self-service':
      return fromApplication(world, actors.service.address, actors.service.port);
    case 'self-pod':
      return fromApplication(world, actors.own, actors.applicationPort);
  }
}

/** Ambient: the node gives the kubelet an address of its own; the probe goes to the application itself. */
function probe(world: Scenario): Packet {
  const { actors, config } = world;
  if (config.dataplane === 'sidecar') return fromOutside(world, actors.node, PORT.status);
  const source = actors.family === 'ipv4' ? config.hostProbeIpv4 : config.hostProbeIpv6;
  return fromOutside(world, source, actors.applicationPort);
}

function fromOutside(world: Scenario, source: string, destinationPort: number): Packet {
  const { actors } = world;
  return {
    ...{ family: actors.family, hook: 'PREROUTING', protocol: 'tcp', source, sourcePort: SOURCE_PORT },
    ...{ destination: actors.own, destinationPort, inInterface: wayIn(world) },
  };
}

function fromApplication(
  world: Scenario,
  destination: string,
  destinationPort: number,
  fields: Partial<Packet> = {},
): Packet {
  return {
    ...{ family: world.actors.family, hook: 'OUTPUT', protocol: 'tcp', sourcePort: SOURCE_PORT },
    ...{ destination, destinationPort, ...wayTo(world, destination) },
    ...applicationOwner(world),
    ...fields,
  };
}
