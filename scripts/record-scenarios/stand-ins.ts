import type { StandIn } from './scenario.ts';

/** Ports on which envoy takes redirected connections, if they are not the usual ones. */
interface Ports {
  readonly outbound?: number;
  readonly inbound?: number;
}

/** The containers of a sidecar pod, as they listen in a healthy one. */
export function sidecar(uid = 1337, gid = uid, { outbound = 15001, inbound = 15006 }: Ports = {}): StandIn[] {
  return [
    {
      name: 'envoy',
      uid,
      gid,
      tcp: ['127.0.0.1:15000', `0.0.0.0:${outbound}`, `0.0.0.0:${inbound}`, '0.0.0.0:15021', '0.0.0.0:15090'],
    },
    { name: 'pilot-agent', uid, gid, tcp: ['127.0.0.1:15004', '*:15020'] },
    application(),
  ];
}

/** The same in a pod of both families: envoy listens once for each. */
export function dualStackSidecar(uid = 1337, gid = uid): StandIn[] {
  const [envoy, ...others] = sidecar(uid, gid);
  return envoy ? [{ ...envoy, tcp: [...envoy.tcp, '[::]:15001', '[::]:15006'] }, ...others] : others;
}

/** The agent's DNS proxy, on top of the others. */
export function withDns(standIns: readonly StandIn[], addresses = ['127.0.0.1']): StandIn[] {
  const listeners = addresses.map((address) => `${address}:15053`);
  return standIns.map((standIn) =>
    standIn.name === 'pilot-agent' ? { ...standIn, tcp: [...standIn.tcp, ...listeners], udp: listeners } : standIn,
  );
}

/** An application of its own user. */
export function application(uid = 1000, tcp: readonly string[] = ['*:8080']): StandIn {
  return { name: 'app', uid, tcp };
}

/** The sockets that ztunnel opens in a pod, and the application. ztunnel runs as root, in a namespace of its own. */
export function ztunnel(): StandIn[] {
  return [
    { name: 'ztunnel', uid: 0, tcp: ['*:15001', '*:15006', '*:15008', '*:15053'], udp: ['[::]:15053'] },
    application(),
  ];
}
