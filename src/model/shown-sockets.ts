import type { Family } from './family.ts';
import { isListener, type Socket } from './socket.ts';

/** What a column says of each socket. A program that does not have it leaves every socket without. */
export type SocketColumn = 'uid' | 'process' | 'transparent';

/** One look at the sockets: what it shows if it is there, and so what is not there if it does not show it. */
export interface SocketLook {
  readonly tool: 'ss' | 'netstat' | '/proc/net';
  /** Just now, and not in a text that somebody saved. */
  readonly live: boolean;
  /** Raw sockets are not read: no rule of Istio's leads to one. */
  readonly protocols: readonly Socket['protocol'][];
  readonly families: readonly Family[];
  readonly states: 'all' | 'listening' | 'connected';
  readonly columns: readonly SocketColumn[];
  /** A filter of ss, grep, head or the like may have left sockets out. */
  readonly filtered: boolean;
  /** Digits that all ports shown have in common, as if somebody had searched for them. */
  readonly digits?: string;
}

/** A listener that is not to be seen. */
export interface WantedListener {
  readonly protocol: Socket['protocol'];
  readonly port: number;
  readonly family?: Family;
}

/** What to give where sockets were not shown completely. */
export const ASK_FOR_SOCKETS = 'ss -Htunaep';

/** The part of a pod that is asked about. */
interface Seen {
  readonly sockets: readonly Socket[] | null;
  readonly shownSockets?: readonly SocketLook[];
}

/** The looks at a pod's sockets; null where whoever made the pod says nothing of how complete they are: then they are. */
function looksAt({ sockets, shownSockets }: Seen): readonly SocketLook[] | null {
  return sockets === null ? [] : (shownSockets ?? null);
}

/** Whether a listener would be among the sockets if it were there: only then does nobody listen where none is. */
export function couldShowListener(pod: Seen, wanted: WantedListener): boolean {
  return looksAt(pod)?.some((look) => wouldShow(look, wanted)) ?? true;
}

function wouldShow(look: SocketLook, { protocol, port, family }: WantedListener): boolean {
  if (look.filtered || look.states === 'connected' || !look.protocols.includes(protocol)) return false;
  if (family !== undefined && !look.families.includes(family)) return false;
  return look.digits === undefined || `${port}`.includes(look.digits);
}

/** Whether any listener of a protocol would be among the sockets if it were there. */
export function couldShowListeners(pod: Seen, protocol: Socket['protocol']): boolean {
  const whole = (look: SocketLook) => !look.filtered && look.states !== 'connected' && look.digits === undefined;
  return looksAt(pod)?.some((look) => whole(look) && look.protocols.includes(protocol)) ?? true;
}

/** Whether connections would be among the sockets if there were any; both ends of each. */
export function couldShowConnections(pod: Seen): boolean {
  const shows = ({ states, protocols, filtered }: SocketLook) =>
    !filtered && states !== 'listening' && protocols.includes('tcp');
  return looksAt(pod)?.some(shows) ?? true;
}

/** Whether it was shown what a column says. */
export function showsColumn(pod: Seen, column: SocketColumn): boolean {
  return looksAt(pod)?.some(({ columns }) => columns.includes(column)) ?? true;
}

/** Whether nobody listens at all, in a look that would show whoever does. */
export function isSilent(pod: Seen): boolean {
  return pod.sockets !== null && couldShowListeners(pod, 'tcp') && !pod.sockets.some(isListener);
}

/** Why it cannot be said whether somebody listens, and what would tell. */
export function listenerNotShown(pod: Seen, { protocol, port }: WantedListener): string {
  if (pod.sockets === null) return 'the sockets were not shown';
  return `the sockets given would not show a listener on ${protocol} port ${port}; give the output of ${ASK_FOR_SOCKETS}`;
}
