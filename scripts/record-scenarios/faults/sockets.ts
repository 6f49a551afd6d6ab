import type { Fault, StandIn } from '../scenario.ts';
import { application, dualStackSidecar, sidecar, withDns } from '../stand-ins.ts';

/** The stand-in of that name with other listeners. */
function changed(standIns: readonly StandIn[], name: string, change: Partial<StandIn>): StandIn[] {
  return standIns.map((standIn) => (standIn.name === name ? { ...standIn, ...change } : standIn));
}

const OTHER_PORTS = ['127.0.0.1:15000', '0.0.0.0:15021', '0.0.0.0:15090'];

/** Rules as they should be, and processes that do not fit them. */
export const SOCKETS: readonly Fault[] = [
  {
    name: 'proxy-of-another-uid',
    layout: 'openshift',
    standIns: [...sidecar(1337).slice(0, 2), application(1_000_680_000)],
    commands: [],
    codes: ['NAT0302'],
    quotes: 'uid:1337',
  },
  {
    name: 'application-runs-as-proxy',
    layout: 'sidecar',
    standIns: [...sidecar().slice(0, 2), application(1337)],
    commands: [],
    codes: ['NAT0303'],
    quotes: ':8080',
  },
  {
    name: 'application-runs-as-proxy-unnamed',
    layout: 'sidecar',
    processesHidden: true,
    standIns: [...sidecar().slice(0, 2), application(1337)],
    commands: [],
    // Without its process it may as well be a listener that a Sidecar resource gave to the proxy.
    codes: [],
    open: true,
    quotes: 'listens on port 8080 as uid 1337',
  },
  {
    name: 'application-runs-as-proxy-tproxy',
    layout: 'tproxy',
    standIns: [...sidecar(0, 1337).slice(0, 2), application(1337)],
    commands: [],
    codes: ['NAT0303'],
    quotes: ':8080',
  },
  {
    name: 'nothing-started',
    layout: 'sidecar',
    // An empty list of sockets is an answer only of a look that would have shown some.
    live: true,
    standIns: [],
    commands: [],
    codes: ['NAT0801'],
    quotes: 'nobody listens on any port here',
  },
  {
    name: 'outbound-listener-missing',
    layout: 'sidecar',
    standIns: changed(sidecar(), 'envoy', { tcp: [...OTHER_PORTS, '0.0.0.0:15006'] }),
    commands: [],
    codes: ['NAT0801'],
    quotes: '--to-ports 15001',
  },
  {
    name: 'proxy-not-started',
    layout: 'sidecar',
    standIns: [application()],
    commands: [],
    codes: ['NAT0801'],
    quotes: '--to-ports 15006',
  },
  {
    name: 'inbound-listener-on-loopback',
    layout: 'sidecar-1.18',
    standIns: changed(sidecar(), 'envoy', { tcp: [...OTHER_PORTS, '0.0.0.0:15001', '127.0.0.1:15006'] }),
    commands: [],
    codes: ['NAT0801'],
    quotes: '--to-ports 15006',
  },
  {
    name: 'ipv6-listeners-missing',
    layout: 'dual-stack',
    standIns: sidecar(),
    commands: [],
    codes: ['NAT0801'],
    quotes: '--to-ports 15006',
  },
  {
    name: 'tproxy-listener-missing',
    layout: 'tproxy',
    standIns: changed(sidecar(0, 1337), 'envoy', { tcp: [...OTHER_PORTS, '0.0.0.0:15001'] }),
    commands: [],
    codes: ['NAT0801'],
    quotes: '--on-port 15006',
  },
  {
    name: 'dns-listener-missing',
    layout: 'dns-all',
    standIns: changed(withDns(sidecar()), 'pilot-agent', { udp: [] }),
    commands: [],
    codes: ['NAT0405'],
    quotes: '-p udp -m udp --dport 53 -j REDIRECT --to-ports 15053',
  },
  {
    name: 'status-port-taken',
    layout: 'sidecar',
    standIns: [
      ...changed(sidecar(), 'pilot-agent', { tcp: ['127.0.0.1:15004'] }),
      application(1000, ['0.0.0.0:15020']),
    ],
    commands: [],
    codes: ['NAT0802'],
    quotes: ':15020',
  },
  {
    name: 'envoy-admin-port-taken',
    layout: 'dual-stack',
    standIns: [
      ...changed(dualStackSidecar(), 'envoy', {
        tcp: ['0.0.0.0:15001', '[::]:15001', '0.0.0.0:15006', '[::]:15006', '0.0.0.0:15021', '0.0.0.0:15090'],
      }),
      application(1000, ['127.0.0.1:15000']),
    ],
    commands: [],
    codes: ['NAT0802'],
    quotes: ':15000',
  },
];
