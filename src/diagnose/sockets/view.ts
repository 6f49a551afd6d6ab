import type { Context } from '../../expect/context.ts';
import { remembered } from '../../model/remembered.ts';
import { type ClassifiedSocket, classifySockets, type SocketFacts, type SocketsView } from '../../sockets/index.ts';
import { type ProxyPorts, USUAL_PORTS } from '../../sockets/ports.ts';

/** A socket as the live rules explain it, and as the expected ones would. */
export interface Judged {
  readonly live: ClassifiedSocket;
  readonly expected: ClassifiedSocket;
}

interface Views {
  readonly live: SocketsView;
  readonly judged: () => readonly Judged[];
}

/** What the sockets of the pod are; null when they were not shown. */
export function socketsView(context: Context): SocketsView | null {
  return viewsOf(context)?.live ?? null;
}

/** The connections that went around the proxy or should have, side by side with what the expected rules say of them. */
export function judgedSockets(context: Context): readonly Judged[] {
  return viewsOf(context)?.judged() ?? [];
}

function isInQuestion({ kind, agreement }: ClassifiedSocket): boolean {
  return kind === 'outbound-direct' || kind === 'inbound-direct' || agreement === 'disagrees';
}

const viewsOf = remembered(makeViews);

function makeViews(context: Context): Views | null {
  const { pod, expected } = context;
  if (pod.sockets === null) return null;
  const facts: Omit<SocketFacts, 'rules'> = {
    sockets: pod.sockets,
    ...(pod.shownSockets === undefined ? {} : { shown: pod.shownSockets }),
    ...(pod.earlierSockets === undefined ? {} : { earlier: pod.earlierSockets }),
    addresses: pod.routing?.addresses ?? null,
    processes: pod.processes ?? [],
    ports: portsOf(context),
  };
  const live = classifySockets({ ...facts, rules: areRulesUnread(context) ? null : pod });
  // Most pods have no connection that this is asked about.
  let judged: readonly Judged[] | undefined;
  return {
    live,
    judged: () => {
      judged ??= live.sockets.some(isInQuestion)
        ? sideBySide(live, classifySockets({ ...facts, rules: { ruleset: expected, coverage: EVERYTHING } }))
        : [];
      return judged;
    },
  };
}

/** Whether rules are missing: then what is left of them predicts nothing. */
function areRulesUnread({ pod }: Context): boolean {
  return pod.obstacles.some(({ concerns }) => concerns === 'rules');
}

const EVERYTHING: readonly Context['pod']['coverage'][number][] = [
  { family: 'ipv4', tables: 'all' },
  { family: 'ipv6', tables: 'all' },
];

function sideBySide(live: SocketsView, expected: SocketsView): Judged[] {
  return live.sockets.flatMap((socket, index) => {
    const other = expected.sockets[index];
    return other === undefined || !isInQuestion(socket) ? [] : [{ live: socket, expected: other }];
  });
}

/** A proxy that waits elsewhere than the configuration says is still the proxy. */
function portsOf({ config }: Context): ProxyPorts {
  return {
    outbound: new Set([...USUAL_PORTS.outbound, config.proxyPort]),
    inbound: new Set([...USUAL_PORTS.inbound, config.inboundCapturePort, config.inboundTunnelPort]),
  };
}
