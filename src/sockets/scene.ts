import { couldShowConnections, couldShowListeners } from '../model/shown-sockets.ts';
import type { Process, Socket } from '../model/socket.ts';
import { Captures } from './captures.ts';
import { Companions } from './companions.ts';
import { EndNumbers, Ends } from './ends.ts';
import type { SocketFacts } from './facts.ts';
import { Holders } from './holder.ts';
import { Hypothesis } from './hypothesis.ts';
import { mayBeCaptured } from './may-be-captured.ts';
import { OwnAddresses } from './own-addresses.ts';
import { Pairs } from './pairs.ts';
import type { ProxyPorts } from './ports.ts';
import { Predictor } from './predict.ts';
import { proxyIdentity } from './proxy.ts';
import { withSeenPorts } from './seen-ports.ts';
import type { ProxyIdentity, ShownKinds } from './types.ts';

/** What every socket is judged by. */
export interface Scene {
  readonly proxy: ProxyIdentity | null;
  readonly shown: ShownKinds;
  readonly ports: ProxyPorts;
  readonly holders: Holders;
  readonly pairs: Pairs;
  readonly captures: Captures;
  readonly companions: Companions;
  readonly rulesSay: Hypothesis;
  readonly companionsSay: Hypothesis;
  readonly own: OwnAddresses;
  /** Null: the rules are not readable. */
  readonly predictor: Predictor | null;
}

/** Sorts the facts so that each socket can be looked at once. */
export function setScene(facts: SocketFacts): Scene {
  const { sockets, earlier, rules, addresses, processes, ports: known } = facts;
  const byPid: ReadonlyMap<number, Process> = new Map(processes.map((process) => [process.pid, process]));
  const numbers = new EndNumbers();
  const ports = seenPorts(sockets, byPid, { known, numbers });
  const proxy = proxyIdentity(sockets, byPid, ports);
  const before = earlier === undefined ? null : once(() => new Ends(earlier(), ports, numbers));
  const shown = shownKinds(facts);
  const wasThere = (socket: Socket) => before?.().has(socket) ?? false;
  const holders = new Holders(proxy, byPid, { wasThere, isProxyShown: proxy !== null || shown.listeners });
  const pairs = new Pairs(sockets, before, { ports, numbers });
  const own = new OwnAddresses(sockets, addresses, { holders, ports });
  const captures = new Captures(sockets, { pairs, holders, own, numbers });
  const companions = new Companions(captures);
  const predictor = rules === null ? null : new Predictor(rules);
  const may = (socket: Socket) => mayBeCaptured(socket, { predictor, own, holders }) !== false;
  return {
    proxy,
    shown,
    ports,
    holders,
    pairs,
    captures,
    companions,
    rulesSay: new Hypothesis(may, captures, { pairs, numbers }),
    companionsSay: new Hypothesis((socket) => companions.wereCaptured(socket), captures, { pairs, numbers }),
    own,
    predictor,
  };
}

function shownKinds({ sockets, shown }: SocketFacts): ShownKinds {
  const pod = { sockets, ...(shown === undefined ? {} : { shownSockets: shown }) };
  return { listeners: couldShowListeners(pod, 'tcp'), connections: couldShowConnections(pod) };
}

/** The known ports of the proxy, and those that its sockets give away. */
function seenPorts(
  sockets: readonly Socket[],
  byPid: ReadonlyMap<number, Process>,
  { known, numbers }: { readonly known: ProxyPorts; readonly numbers: EndNumbers },
): ProxyPorts {
  const proxy = proxyIdentity(sockets, byPid, known);
  if (proxy === null || proxy.listeners.some(({ localPort }) => known.outbound.has(localPort))) return known;
  return withSeenPorts(sockets, known, { proxy, pairs: new Pairs(sockets, null, { ports: known, numbers }) });
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
