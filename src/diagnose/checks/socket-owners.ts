import type { Context } from '../../expect/context.ts';
import { isOtherPlane } from '../../istio/planes.ts';
import { isReserved, PORT, RESERVED } from '../../istio/ports.ts';
import type { FindingCode } from '../../model/code.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Finding } from '../../model/report.ts';
import { ASK_FOR_SOCKETS, showsColumn } from '../../model/shown-sockets.ts';
import { isListener, type Socket } from '../../model/socket.ts';
import { fromTheNode } from '../../observe/node-shell.ts';
import type { ClassifiedSocket } from '../../sockets/index.ts';
import { hasIstioName } from '../../sockets/proxy.ts';
import { type CheckResult, defineCheck, unseen } from '../check.ts';
import { finding } from '../finding.ts';
import { isFree } from '../free.ts';
import { socketEvidence, withListeners } from '../sockets/listening.ts';
import { socketsView } from '../sockets/view.ts';

const OTHER_PLANE = 'the rules are those of the other data plane';

/** Why nobody is exempt by uid here: ztunnel is known by its mark, and where nothing is captured nothing is exempt. */
function withoutExemption(context: Context): { readonly skipped: string } | null {
  if (context.config.dataplane === 'ambient') return { skipped: 'ambient exempts nobody by uid' };
  if (isOtherPlane(context.pod.ruleset, context.config.dataplane)) return { skipped: OTHER_PLANE };
  return isFree(context) ? { skipped: 'this kind of pod is not captured' } : null;
}

const OWNERS_NOT_SHOWN = `the owners of the sockets were not shown; give the output of ${ASK_FOR_SOCKETS}`;

/** The way of a check of owners: skipped where nobody is exempt by uid, and where ss was not asked for owners. */
function withOwners<C extends FindingCode>(
  run: (listeners: readonly Socket[], context: Context) => CheckResult<C>,
): (context: Context) => CheckResult<C> {
  return withListeners((listeners, context) => {
    const skip = withoutExemption(context);
    if (skip) return skip;
    return showsColumn(context.pod, 'uid') ? run(listeners, context) : { skipped: OWNERS_NOT_SHOWN };
  });
}

/** The process that listens on the proxy's outbound port runs as a uid that the rules do not exempt. */
export const proxyOwner = defineCheck({
  id: 'proxy-owner',
  description: 'the proxy runs as the uid that Istio exempts',
  codes: ['NAT0302'],
  withoutRules: true,
  run: (context) => (isLoopOfUnknown(context) ? LOOP_OF_UNKNOWN : judgedOwner(context)),
});

const LOOP_OF_UNKNOWN = unseen(
  'The proxy is connected to itself, and the owners of the sockets were not shown: whether the rules exempt its user cannot be told',
  `Give the output of ${ASK_FOR_SOCKETS}`,
);

/** A loop says that the proxy was not exempt once; whether it is now its user tells. */
function isLoopOfUnknown(context: Context): boolean {
  if (withoutExemption(context) !== null || showsColumn(context.pod, 'uid')) return false;
  return socketsView(context)?.sockets.some(({ kind }) => kind === 'proxy-loop') ?? false;
}

const judgedOwner = withOwners((listeners, context): CheckResult<'NAT0302'> => {
  const { config } = context;
  const proxy = proxySockets(listeners, config.proxyPort);
  if (proxy.some(({ uid }) => uid === null)) return { skipped: OWNERS_NOT_SHOWN };
  const wrong = proxy.filter((socket) => isCapturedItself(socket, context));
  const [first] = wrong;
  if (!first)
    return groupNotSeen(
      proxy.filter((socket) => mayBeExemptByGroup(socket, context)),
      context,
    );
  const gid = groupOf(first, context);
  const group = gid === undefined ? '' : ` and gid ${gid}`;
  const exempt = gid === undefined ? '' : ` and gid ${config.proxyGid.join(', ')}`;
  return [
    finding('NAT0302', {
      message: `The process that listens on port ${config.proxyPort} runs as uid ${first.uid}${group}; the rules exempt uid ${config.proxyUid.join(', ')}${exempt}, so its own connections are redirected back to it.`,
      evidence: socketEvidence(wrong),
    }),
  ];
});

/** Either id is enough to pass: where the gid is hidden the uid decides, unless the gid may. */
function isCapturedItself(socket: Socket, context: Context): boolean {
  const { proxyUid, proxyGid } = context.config;
  const gid = groupOf(socket, context);
  if (socket.uid === null || proxyUid.includes(socket.uid)) return false;
  return gid === undefined ? !mayBeExemptByGroup(socket, context) : !proxyGid.includes(gid);
}

/**
 * Whether a hidden gid may be what exempts a proxy. The injector sets uid and gid alike, but for root's (TPROXY, privileged
 * ports). No text of ss has gids, so one that somebody saved lacks nothing; who looks here and now would see those of
 * visible processes.
 */
function mayBeExemptByGroup(socket: Socket, context: Context): boolean {
  const { uid, process } = socket;
  if (uid === null || context.config.proxyUid.includes(uid) || groupOf(socket, context) !== undefined) return false;
  return uid === 0 || (process === undefined && isLive(context));
}

function isLive({ pod }: Context): boolean {
  return (pod.shownSockets ?? []).some(({ live }) => live);
}

function groupNotSeen(sockets: readonly Socket[], context: Context): CheckResult<'NAT0302'> {
  const [first] = sockets;
  if (first === undefined) return [];
  const gid = context.config.proxyGid.join(', ');
  const who = first.uid === 0 ? 'root' : `uid ${first.uid}`;
  const reason = `the proxy runs as ${who} and only its gid (${gid}) would exempt it, which is not visible here`;
  if (!isLive(context) || sockets.every(({ process }) => process !== undefined)) return { skipped: reason };
  return unseen(
    reason,
    `See Gid in /proc/PID/status of envoy, which should be ${gid}: look ${fromTheNode(context.said.environment)}`,
  );
}

/** The gid that rules see of a socket's process; undefined when it is not visible. */
function groupOf({ process }: Socket, { pod }: Context): number | undefined {
  return process && pod.processes?.find(({ pid }) => pid === process.pid)?.fsgid;
}

function proxySockets(listeners: readonly Socket[], proxyPort: number): Socket[] {
  return listeners.filter(({ localPort, protocol }) => localPort === proxyPort && protocol === 'tcp');
}

/** A socket under the exempt uid or gid that is not the proxy's: its traffic bypasses the mesh. */
export const applicationAsProxy = defineCheck({
  id: 'application-owner',
  description: "no application runs as the proxy's uid or gid",
  codes: ['NAT0303'],
  withoutRules: true,
  run: withOwners((_, context): CheckResult<'NAT0303'> => {
    const judged = (socketsView(context)?.sockets ?? []).map((one) => ({
      ...one,
      told: isApplicationAsProxy(one, context),
    }));
    const told = judged.filter((one) => one.told === true).map(({ socket }) => socket);
    const hidden = judged.filter((one) => one.told === null).map(({ socket }) => socket);
    const [first, ...others] = hidden;
    if (told.length === 0 && first !== undefined) return processNotSeen([first, ...others], context);
    return groupBy(told, holderKey).map((sockets) => asProxy(sockets, context));
  }),
});

/** One finding for each process; without processes for each port that is listened on, and for all connections of a user. */
function holderKey(socket: Socket): string | number {
  return socket.process?.pid ?? (isListener(socket) ? `port ${socket.localPort}` : `uid ${socket.uid}`);
}

function asProxy(sockets: readonly [Socket, ...Socket[]], context: Context): Finding<'NAT0303'> {
  const [{ process, uid }] = sockets;
  const who = process ? `Process ${process.name} (${process.pid})` : 'A process';
  const byUid = uid !== null && context.config.proxyUid.includes(uid);
  const id = byUid ? `uid ${uid}` : `gid ${groupOf(sockets[0], context)}`;
  return finding('NAT0303', {
    message: `${who} ${doing(sockets)} as ${id}, which is the proxy's: what it sends bypasses the mesh.`,
    evidence: socketEvidence(sockets),
  });
}

function processNotSeen(sockets: readonly [Socket, ...Socket[]], { said }: Context): CheckResult<'NAT0303'> {
  return unseen(
    `A process ${doing(sockets)} as uid ${sockets[0].uid}, which is the proxy's, and it is not visible here: an application there would bypass the mesh, and a listener that a Sidecar resource gave to the proxy would be right`,
    `See which process has that port: look ${fromTheNode(said.environment, ASK_FOR_SOCKETS)}`,
  );
}

function doing(sockets: readonly Socket[]): string {
  const ports = [...new Set(sockets.filter(isListener).map(({ localPort }) => localPort))];
  if (ports.length > 0) return `listens on port ${ports.join(', ')}`;
  return `has ${sockets.length} connection${sockets.length === 1 ? '' : 's'}`;
}

/** Whether the rules let a socket's packets through because of its owner. */
function hasExemptId(socket: Socket, context: Context): boolean {
  const { proxyUid, proxyGid } = context.config;
  const gid = groupOf(socket, context);
  return (socket.uid !== null && proxyUid.includes(socket.uid)) || (gid !== undefined && proxyGid.includes(gid));
}

/**
 * Whether a socket is an application's that has an id of the proxy's; null where its process would have to be seen. Where
 * processes are hidden only tcp counts: the agent asks its upstream resolvers from udp ports of no fixed number.
 */
function isApplicationAsProxy({ socket, holder, as }: ClassifiedSocket, context: Context): boolean | null {
  if (as !== undefined && hasExemptId(socket, context)) return true;
  const { uid, process, protocol, localPort } = socket;
  const { config } = context;
  if (uid === null || uid === 0 || !config.proxyUid.includes(uid) || !isListener(socket)) return false;
  if (isReserved(localPort, config)) return false;
  if (process === undefined) return protocol === 'tcp' ? null : false;
  return holder !== 'proxy';
}

/** A port that Istio needs is held by a process of another owner. */
export const reservedPorts = defineCheck({
  id: 'reserved-ports',
  description: "Istio's ports are held by the proxy",
  codes: ['NAT0802'],
  withoutRules: true,
  run: withOwners((listeners, context) => {
    const taken = listeners.filter((socket) => isTaken(socket, listeners, context));
    return groupBy(taken, ({ localPort }) => localPort).map((sockets) => {
      const [{ localPort: port }] = sockets;
      return finding('NAT0802', {
        message: `Port ${port} (${RESERVED[port] ?? 'proxy'}) is held by ${holder(sockets)}, which is not the proxy.`,
        evidence: socketEvidence(sockets),
        ports: [port],
      });
    });
  }),
});

function holder([{ process, uid }]: readonly [Socket, ...Socket[]]): string {
  return `${process ? `process ${process.name} (${process.pid})` : 'a process'} of uid ${uid}`;
}

/** A proxy of an unexpected uid is another fault (NAT0302), and no reason to complain of all its ports. */
function isTaken(socket: Socket, listeners: readonly Socket[], { config }: Context): boolean {
  const { localPort, uid, protocol } = socket;
  if (!isReserved(localPort, config) || localPort === config.proxyPort) return false;
  if (protocol === 'udp' && localPort !== PORT.dns) return false;
  if (uid === null || uid === 0 || config.proxyUid.includes(uid)) return false;
  if (hasIstioName(socket)) return false;
  return !proxySockets(listeners, config.proxyPort).some((proxy) => proxy.uid === uid);
}
