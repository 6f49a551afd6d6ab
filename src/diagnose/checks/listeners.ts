import { isListener, type Socket } from '../../model/socket.ts';
import { type Check, type CheckResult, finding } from '../check.ts';
import { type Context, rulesOf } from '../context.ts';
import { ruleEvidence } from '../quote.ts';
import type { Evidence, Finding } from '../report.ts';

/** Ports that Istio's proxy and agent listen on in a sidecar pod, whatever is configured. */
const RESERVED: Readonly<Record<number, string>> = {
  15000: 'Envoy admin',
  15001: 'outbound proxy',
  15004: 'debug',
  15006: 'inbound proxy',
  15008: 'HBONE tunnel',
  15020: 'agent status and metrics',
  15021: 'health',
  15053: 'DNS proxy',
  15090: 'Envoy metrics',
};

/** A check of sockets: skipped when they were not shown, or when nothing listens because nothing has started. */
function socketCheck(
  id: string,
  description: string,
  codes: readonly string[],
  run: (listeners: readonly Socket[], context: Context) => CheckResult,
): Check {
  return {
    id,
    description,
    codes,
    run: (context) => {
      const { sockets } = context.pod;
      if (sockets === null) return { skipped: 'the sockets were not shown' };
      const listeners = sockets.filter(isListener);
      if (listeners.length === 0) return { skipped: 'nothing listens here: the containers have not started' };
      return run(listeners, context);
    },
  };
}

function socketEvidence(sockets: readonly Socket[]): Evidence[] {
  return sockets.slice(0, 10).map(({ text }) => ({ kind: 'socket', text }));
}

/** Packets are redirected to a port that nobody listens on: each connection is refused. */
export const proxyListening = socketCheck(
  'proxy-listening',
  'somebody listens on every port that packets are redirected to',
  ['NAT0801'],
  (listeners, context) => {
    const targets = redirectTargets(context).filter(
      ({ port, protocol }) => !listeners.some((socket) => socket.localPort === port && socket.protocol === protocol),
    );
    return targets.map(({ port, protocol, evidence }) =>
      finding('NAT0801', {
        message: `Packets are redirected to ${protocol} port ${port}, and nobody listens there: those connections are refused.`,
        evidence: [evidence, { kind: 'command', command: 'ss -ltun', text: `no ${protocol} listener on ${port}` }],
      }),
    );
  },
);

interface RedirectTarget {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  readonly evidence: Evidence;
}

/** Where the live rules send packets; only chains that something leads to count, which the comparison has shown. */
function redirectTargets({ pod }: Context): RedirectTarget[] {
  const targets = new Map<string, RedirectTarget>();
  for (const where of rulesOf(pod.ruleset)) {
    for (const target of where.rule.targets) {
      const port = target.kind === 'tproxy' ? target.port : target.kind === 'redirect' ? target.ports?.from : undefined;
      if (port === undefined || port === 0) continue;
      const udp = where.rule.matches.some((match) => match.kind === 'protocol' && match.protocol === 17);
      const protocol = udp ? 'udp' : 'tcp';
      if (!targets.has(`${protocol} ${port}`))
        targets.set(`${protocol} ${port}`, { port, protocol, evidence: ruleEvidence(where) });
    }
  }
  return [...targets.values()];
}

/** The process that listens on the proxy's outbound port runs as a uid that the rules do not exempt. */
export const proxyOwner = socketCheck(
  'proxy-owner',
  'the proxy runs as the uid that the rules exempt',
  ['NAT0302'],
  (listeners, { config }) => {
    // In TPROXY mode the proxy runs as uid 0 with the gid that is exempt, which ss does not show.
    if (config.interceptionMode === 'TPROXY')
      return { skipped: 'in TPROXY mode the gid is exempt, and ss shows no gid' };
    const proxies = listeners.filter(({ localPort, protocol }) => localPort === config.proxyPort && protocol === 'tcp');
    const wrong = proxies.filter(({ uid }) => uid !== null && !config.proxyUid.includes(uid));
    const [first] = wrong;
    if (!first) return [];
    return [
      finding('NAT0302', {
        message: `The process that listens on port ${config.proxyPort} runs as uid ${first.uid}; the rules exempt uid ${config.proxyUid.join(', ')}, so its own connections are redirected back to it.`,
        evidence: socketEvidence(wrong),
      }),
    ];
  },
);

/** A socket under the exempt uid that is not the proxy's: its traffic bypasses the mesh. */
export const applicationAsProxy = socketCheck(
  'application-owner',
  "no application runs as the proxy's uid",
  ['NAT0303'],
  (listeners, context) => {
    const suspects = listeners.filter((socket) => isSuspect(socket, listeners, context));
    return suspects.map((socket) => {
      const who = socket.process ? `Process ${socket.process.name} (${socket.process.pid})` : 'A process';
      return finding('NAT0303', {
        message: `${who} listens on port ${socket.localPort} as uid ${socket.uid}, which is the proxy's: its traffic bypasses the mesh.`,
        // Without its process the socket may still be a listener that a Sidecar resource gave to the proxy.
        severity: socket.process ? 'error' : 'warning',
        evidence: socketEvidence([socket]),
      });
    });
  },
);

function isSuspect(socket: Socket, listeners: readonly Socket[], { config }: Context): boolean {
  if (socket.uid === null || socket.uid === 0 || !config.proxyUid.includes(socket.uid)) return false;
  if (isReserved(socket.localPort, config)) return false;
  const proxies = listeners.filter(({ localPort, process }) => isReserved(localPort, config) && process !== undefined);
  if (socket.process === undefined) return true;
  const name = socket.process.name;
  return (
    name !== 'envoy' && name !== 'pilot-agent' && !proxies.some(({ process }) => process?.pid === socket.process?.pid)
  );
}

function isReserved(port: number, config: Context['config']): boolean {
  return (
    Object.hasOwn(RESERVED, port) ||
    [config.proxyPort, config.inboundCapturePort, config.inboundTunnelPort].includes(port)
  );
}

/** A port that Istio needs is held by a process of another owner. */
export const reservedPorts = socketCheck(
  'reserved-ports',
  "Istio's ports are held by the proxy",
  ['NAT0802'],
  (listeners, { config }): Finding[] => {
    const taken = listeners.filter(
      ({ localPort, uid, protocol }) =>
        isReserved(localPort, config) &&
        localPort !== config.proxyPort &&
        (protocol === 'tcp' || localPort === 15053) &&
        uid !== null &&
        uid !== 0 &&
        !config.proxyUid.includes(uid),
    );
    return taken.map((socket) =>
      finding('NAT0802', {
        message: `Port ${socket.localPort} (${RESERVED[socket.localPort] ?? 'proxy'}) is held by a process of uid ${socket.uid}, which is not the proxy.`,
        evidence: socketEvidence([socket]),
      }),
    );
  },
);
