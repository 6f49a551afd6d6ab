import type { Context } from '../../expect/context.ts';
import type { FindingCode } from '../../model/code.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Finding } from '../../model/report.ts';
import {
  ASK_FOR_SOCKETS,
  couldShowConnections,
  couldShowListener,
  listenerNotShown,
  showsColumn,
} from '../../model/shown-sockets.ts';
import { isListener } from '../../model/socket.ts';
import type { SocketKind } from '../../sockets/index.ts';
import { type CheckResult, defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { asConfigured } from '../sockets/as-configured.ts';
import { ruleAsEvidence, ruleOf } from '../sockets/deciding-rule.ts';
import { socketEvidence } from '../sockets/listening.ts';
import { type Judged, judgedSockets, socketsView } from '../sockets/view.ts';
import { countOf, mayCapture, placesOf, reasonNotSeen, whyAround, whyOf } from '../sockets/words.ts';
import { isOutsideMesh } from '../traffic/groups.ts';

/** Live outbound connections without a partner on the proxy's port, and captured ones that should not be. */
export const outboundConnections = defineCheck({
  id: 'outbound-connections',
  description: 'live outbound connections go where the rules send them',
  codes: ['NAT0804', 'NAT0806', 'NAT0208'],
  withoutRules: true,
  run: withConnections((context) => [
    ...around('outbound-direct', context).map((group) => bypassing('NAT0804', group, doubt(group, context))),
    ...unexplained('outbound-direct', context).map((group) => bypassing('NAT0804', group, '')),
    ...contradictions(context),
    ...asConfigured(context),
  ]),
});

/** Connections of the application with other hosts that came in around the proxy. */
export const inboundConnections = defineCheck({
  id: 'inbound-connections',
  description: 'live inbound connections come through the proxy',
  codes: ['NAT0805'],
  withoutRules: true,
  run: withConnections((context) =>
    [...around('inbound-direct', context), ...unexplained('inbound-direct', context)].map((group) =>
      bypassing('NAT0805', group, ''),
    ),
  ),
});

/** Connections that the proxy opened to itself. */
export const proxyLoops = defineCheck({
  id: 'proxy-loops',
  description: 'the proxy is not connected to itself',
  codes: ['NAT0306'],
  withoutRules: true,
  run: withConnections((context) => {
    const loops = socketsView(context)?.sockets.filter(({ kind }) => kind === 'proxy-loop') ?? [];
    const [first] = loops;
    if (first === undefined) return [];
    const uid = loops.find(({ socket }) => socket.uid !== null)?.socket.uid;
    const who = uid === undefined ? 'The proxy' : `The proxy (uid ${uid})`;
    return [
      finding('NAT0306', {
        message: `${who} has accepted connections on port ${context.config.proxyPort} that it opened itself: ${countOf(loops.length, 'socket')} of them.`,
        evidence: socketEvidence(loops.flatMap(({ socket, partner }) => [socket, ...(partner ? [partner] : [])])),
      }),
    ];
  }),
});

type Group = readonly [Judged, ...Judged[]];

/** Connections around the proxy that the expected rules would capture, by the reason. Another user's id is another finding. */
function around(kind: SocketKind, context: Context): Group[] {
  const all = unmeant(kind, context).filter(({ live }) => live.agreement !== undefined);
  return groupBy(all, ({ live }) => (live.agreement === 'agrees' ? ruleOf(live) : live.agreement));
}

/** The same where the rules were not read, or not those that decide: then nothing says why. */
function unexplained(kind: SocketKind, context: Context): Group[] {
  const all = unmeant(kind, context).filter(({ live }) => reasonNotSeen(live) !== null);
  return groupBy(all, ({ live }) => reasonNotSeen(live));
}

function unmeant(kind: SocketKind, context: Context): Judged[] {
  return judgedSockets(context).filter(
    ({ live, expected }) =>
      live.kind === kind && live.as === undefined && expected.kind === kind && mayCapture(expected),
  );
}

function bypassing<C extends 'NAT0804' | 'NAT0805'>(code: C, group: Group, addition: string): Finding<C> {
  const direction = code === 'NAT0804' ? 'outbound' : 'inbound';
  const [{ live }] = group;
  const rule = live.agreement === 'agrees' ? ruleOf(live) : null;
  const many = `${countOf(group.length, `live ${direction} connection`)} ${group.length === 1 ? 'goes' : 'go'} around the proxy`;
  const sockets = group.map((judged) => judged.live.socket);
  return finding(code, {
    message: `${many} (${placesOf(direction, sockets)}): ${whyOf(live)}.${addition}`,
    evidence: [...ruleAsEvidence(rule), ...socketEvidence(sockets)],
    ports: sockets.map(({ localPort, peerPort }) => (direction === 'outbound' ? (peerPort ?? 0) : localPort)),
    likely: { kind: 'connection', why: whyAround(live) },
  });
}

/**
 * Nothing but age tells an old connection from one that something else decides. That the proxy has others shows that the
 * rules work; where it has none that is said, with the rule's counter, which may have been reset and proves little.
 */
function doubt([{ live }]: Group, context: Context): string {
  const works = socketsView(context)?.sockets.some(({ kind }) => kind === 'outbound-proxied');
  if (live.agreement === 'agrees' || works) return '';
  const counted =
    ruleOf(live)?.rule.counters?.packets === 0 ? ', and the rule that would redirect has counted none' : '';
  return ` No connection is seen to go through the proxy${counted}: if new ones do not either, something else decides (NAT0806).`;
}

/** The proxy has what neither the live nor the expected rules would give it. Rules that differ are findings themselves. */
function contradictions(context: Context): Finding<'NAT0806'>[] {
  const all = judgedSockets(context).filter(
    ({ live, expected }) => live.agreement === 'disagrees' && expected.agreement === 'disagrees',
  );
  const [first] = all;
  if (first === undefined) return [];
  const sockets = all.map(({ live }) => live.socket);
  const pairs = all.flatMap(({ live }) => [live.socket, ...(live.partner === undefined ? [] : [live.partner])]);
  return [
    finding('NAT0806', {
      message: `The rules let ${countOf(all.length, 'live outbound connection')} (${placesOf('outbound', sockets)}) through, and the proxy has accepted ${all.length === 1 ? 'it' : 'them'} on port ${first.live.partner?.localPort ?? context.config.proxyPort}: something else redirects, or the rules were changed since.`,
      evidence: [...ruleAsEvidence(ruleOf(first.live)), ...socketEvidence(pairs)],
    }),
  ];
}

/** The way of a check of connections: skipped where nothing is captured, and where no connection or no proxy is to be seen. */
function withConnections<C extends FindingCode>(
  run: (context: Context) => CheckResult<C>,
): (context: Context) => CheckResult<C> {
  return (context) => {
    const view = socketsView(context);
    if (view === null) return { skipped: 'the sockets were not shown' };
    if (isOutsideMesh(context)) return { skipped: 'nothing says that this pod is captured' };
    const hidden = notShown(context);
    if (hidden !== null) return { skipped: hidden };
    if (!view.sockets.some(({ socket }) => socket.protocol === 'tcp' && socket.peerPort !== null)) {
      return { skipped: 'no connection was open, or none was shown' };
    }
    const listening = view.proxy?.listeners.some(({ localPort }) => localPort === context.config.proxyPort);
    return listening ? run(context) : { skipped: "nobody listens on the proxy's outbound port" };
  };
}

/** What of connections would have to be shown for a missing end to mean anything. */
function notShown({ pod, config }: Context): string | null {
  const give = `give the output of ${ASK_FOR_SOCKETS}`;
  if (!couldShowConnections(pod)) return `the sockets given would not show connections; ${give}`;
  const isOwned = showsColumn(pod, 'uid') || showsColumn(pod, 'process');
  if (!isOwned) return `the owners of the sockets were not shown; ${give}`;
  const proxy = { protocol: 'tcp', port: config.proxyPort } as const;
  const isSeen = (pod.sockets ?? []).some((socket) => isListener(socket) && socket.localPort === proxy.port);
  return isSeen || couldShowListener(pod, proxy) ? null : listenerNotShown(pod, proxy);
}
