import { deviceOf, deviceTo, isLoopbackAddress, sourceBy } from '../flow/routes.ts';
import { isReserved, PORT } from '../istio/ports.ts';
import { PASSTHROUGH } from '../istio/proxy.ts';
import { parseAddress } from '../model/address.ts';
import type { Config } from '../model/config.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import type { Pod } from '../model/pod.ts';
import { isListener } from '../model/socket.ts';
import type { Owner, PlannedProbe, ProbeQuestion, Purpose } from './types.ts';

/** What a plan is made from. */
export interface ProbeFacts {
  readonly pod: Pod;
  readonly config: Config;
  /** Addresses of the name servers in resolv.conf. */
  readonly resolvers: readonly string[];
  readonly owners: readonly Owner[];
  /** Whom the proxy runs as; null: there is none, or none is meant to be here. */
  readonly proxy: Owner | null;
}

/** Blocks that nobody owns: a packet to them can be answered only by who intercepts it (RFC 5737, RFC 3849). */
const NOBODY: Readonly<Record<Family, string>> = { ipv4: '192.0.2.1', ipv6: '2001:db8::1' };
const HTTP = 80;
const DNS = 53;

const LOOPBACK: Readonly<Record<Family, string>> = { ipv4: '127.0.0.1', ipv6: '::1' };

/** The attempts that show how this pod's own traffic fares, for each family that it has addresses of. */
export function planProbes(request: Pick<ProbeQuestion, 'to'>, facts: ProbeFacts): PlannedProbe[] {
  return ownAddresses(facts.pod).flatMap(([family, own]) =>
    facts.owners.flatMap((owner) => {
      const by = { facts, family, own, owner, role: roleOf(owner, facts) };
      return by.role === 'proxy'
        ? [...outbound(request, by), ...asProxy(by)]
        : [...outbound(request, by), ...others(by)];
    }),
  );
}

interface By {
  readonly facts: ProbeFacts;
  readonly family: Family;
  /** The pod's address of the family. */
  readonly own: string;
  readonly owner: Owner;
  readonly role: PlannedProbe['role'];
}

/** The proxy is recognised by its uid or its gid, its own and those of the rules; ztunnel by a mark that no other process can set. */
function roleOf({ uid, gid }: Owner, { proxy, config }: ProbeFacts): PlannedProbe['role'] {
  if (proxy === null) return 'application';
  const isProxys = config.proxyUid.includes(uid) || config.proxyGid.includes(gid);
  return isProxys || (uid === proxy.uid && gid === proxy.gid) ? 'proxy' : 'application';
}

function outbound({ to }: Pick<ProbeQuestion, 'to'>, by: By): PlannedProbe[] {
  const { address, port } = to ?? { address: NOBODY[by.family], port: HTTP };
  if (parseAddress(address)?.family !== by.family) return [];
  return [probe('outbound', by, 'tcp', address, port)];
}

function others(by: By): PlannedProbe[] {
  const resolver = by.facts.resolvers.find((address) => parseAddress(address)?.family === by.family);
  return [
    probe('self', by, 'tcp', by.own, applicationPort(by.facts)),
    ...(resolver === undefined
      ? []
      : (['udp', 'tcp'] as const).map((protocol) => probe('dns', by, protocol, resolver, DNS))),
  ];
}

function asProxy(by: By): PlannedProbe[] {
  const upstream = probe('upstream', by, 'tcp', by.own, applicationPort(by.facts));
  const from = PASSTHROUGH[by.family];
  const validation = probe('validation', by, 'tcp', PASSTHROUGH[by.family], PORT.validation);
  const loopback = LOOPBACK[by.family];
  return [
    { ...upstream, from, packet: { ...upstream.packet, source: from } },
    { ...validation, from: loopback, packet: { ...validation.packet, source: loopback } },
  ];
}

function probe(purpose: Purpose, by: By, protocol: 'tcp' | 'udp', destination: string, port: number): PlannedProbe {
  const { family, owner, role } = by;
  return {
    purpose,
    role,
    owner,
    packet: {
      family,
      hook: 'OUTPUT',
      protocol,
      destination,
      destinationPort: port,
      ...wayTo(destination, by),
      uid: owner.uid,
      gid: owner.gid,
      ctState: 'NEW',
    },
  };
}

/** What the kernel chooses: towards an address of its own a host speaks from that address, towards 127/8 from 127.0.0.1. */
function wayTo(destination: string, { family, own, facts }: By): { source: string; outInterface: string } {
  const { routing } = facts.pod;
  if (isLoopbackAddress(destination)) return { source: LOOPBACK[family], outInterface: 'lo' };
  const stays = (routing?.addresses ?? []).some(({ address }) => address === destination);
  if (stays) return { source: destination, outInterface: 'lo' };
  const outInterface = deviceTo(family, destination, routing);
  const near = outInterface === deviceOf(own, routing);
  return { source: (near ? null : sourceBy(outInterface, family, destination, routing)) ?? own, outInterface };
}

/** The first global address of each family; those of lo, such as Istio's own ::6, are not to be called by anybody. */
function ownAddresses({ routing }: Pod): [Family, string][] {
  return FAMILIES.flatMap((family) => {
    const own = routing?.addresses.find(
      (one) => one.family === family && one.scope === 'global' && one.interface !== 'lo',
    );
    return own === undefined ? [] : [[family, own.address]];
  });
}

/** A port of the application, if one can be seen; else one that services often have. */
function applicationPort({ pod, config }: ProbeFacts): number {
  const listeners = (pod.sockets ?? []).filter(
    (socket) => socket.protocol === 'tcp' && isListener(socket) && !isReserved(socket.localPort, config),
  );
  const reachable = listeners.find(({ localAddress }) => ['*', '0.0.0.0', '::'].includes(localAddress));
  return (reachable ?? listeners[0])?.localPort ?? 8080;
}
