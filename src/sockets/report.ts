import type { Verdict } from '../model/packet.ts';
import { remembered } from '../model/remembered.ts';
import type { Source } from '../model/report.ts';
import type { RuleReference } from '../model/ruleset.ts';
import type { Process, Socket } from '../model/socket.ts';
import { sentenceOf } from './sentence.ts';
import type { Agreement, ClassifiedSocket, Holder, Prediction, SocketKind, SocketsView } from './types.ts';

/** One end of a socket and the other, and its owner. */
export interface ShownEnds {
  readonly local: string;
  readonly localPort: number;
  /** Left out where there is none. */
  readonly peer?: string;
  readonly peerPort?: number;
  readonly uid: number | null;
}

/** A process as reports show it. */
export interface ShownProcess {
  readonly name: string;
  readonly pid: number;
  readonly gid?: number;
  readonly groups?: readonly number[];
  readonly container?: string;
}

/** A rule as reports quote it. */
interface ShownRule {
  readonly table: string;
  readonly chain: string;
  readonly index: number;
  readonly text: string;
}

/** What the rules would do if the connection were opened now. */
export interface ShownPrediction {
  readonly verdict: Verdict;
  readonly rule?: ShownRule;
  /** Other verdicts for owners of these gids, where the gid is not visible. */
  readonly unless?: readonly { readonly gid: number; readonly verdict: Verdict }[];
}

/** One socket in the report. */
export interface SocketEntry extends ShownEnds {
  readonly kind: SocketKind;
  readonly protocol: 'tcp' | 'udp';
  readonly state: string;
  readonly holder: Holder;
  /** Whether its traffic goes around the proxy: `error` under the proxy's own id, else `warning`. */
  readonly bypass?: 'error' | 'warning';
  readonly process?: ShownProcess;
  readonly as?: 'proxy-uid' | 'proxy-gid';
  readonly partner?: ShownEnds;
  readonly prediction?: ShownPrediction;
  readonly agreement?: Agreement;
  readonly because?: string;
  readonly text: string;
}

/** Whether the rules were there to predict from. */
export type RulesState =
  | {
      readonly readable: true;
      /** False: of all rules none leads to the proxy, so every new connection goes around it. */
      readonly capturing: boolean;
    }
  | { readonly readable: false; readonly because: string; readonly remedy: string };

/** The answer of `sockets`, without where it came from. */
export interface SocketsAnswer {
  readonly summary: SocketsSummary;
  readonly proxy: { readonly uids: readonly number[]; readonly gids: readonly number[] } | null;
  readonly rules: RulesState;
  readonly sockets: readonly SocketEntry[];
}

/** The answer in one sentence, and how many sockets there are of each kind. */
export interface SocketsSummary {
  readonly sentence: string;
  readonly bypassing: number;
  readonly counts: Readonly<Partial<Record<SocketKind, number>>>;
}

/** A view as reports show it. */
export function answerOf(view: SocketsView, rules: RulesState): SocketsAnswer {
  const { proxy, sockets } = view;
  const counts: Partial<Record<SocketKind, number>> = {};
  for (const { kind } of sockets) counts[kind] = (counts[kind] ?? 0) + 1;
  const bypassing = sockets.filter((socket) => bypassOf(socket) !== null).length;
  const entries = sockets.map(entryOf);
  return {
    summary: { sentence: sentenceOf(view, counts), bypassing, counts },
    proxy: proxy === null ? null : { uids: [...proxy.uids], gids: [...proxy.gids] },
    rules,
    sockets: entries,
  };
}

/** How much it matters that a socket's traffic goes around the proxy; null when it does not. */
function bypassOf({ kind, as }: ClassifiedSocket): 'error' | 'warning' | null {
  if (as !== undefined) return 'error';
  return kind === 'outbound-direct' || kind === 'inbound-direct' ? 'warning' : null;
}

/** Field by field, because there may be tens of thousands, and copies by spreading take several times as long. */
function entryOf(seen: ClassifiedSocket): SocketEntry {
  const { socket, kind, holder, as, partner, prediction, agreement, because } = seen;
  const { protocol, state, localAddress: local, localPort, peerAddress, peerPort, uid } = socket;
  const entry: { -readonly [Field in keyof SocketEntry]: SocketEntry[Field] } =
    peerPort === null
      ? { kind, protocol, state, local, localPort, uid, holder, text: socket.text }
      : { kind, protocol, state, local, localPort, peer: peerAddress, peerPort, uid, holder, text: socket.text };
  const bypass = bypassOf(seen);
  if (bypass !== null) entry.bypass = bypass;
  if (socket.process !== undefined) entry.process = processOf(socket.process, seen.process);
  if (as !== undefined) entry.as = as;
  if (partner !== undefined) entry.partner = endsOf(partner);
  if (prediction !== undefined) entry.prediction = shownPrediction(prediction);
  if (agreement !== undefined) entry.agreement = agreement;
  if (because !== undefined) entry.because = because;
  return entry;
}

function endsOf({ localAddress, localPort, peerAddress, peerPort, uid }: Socket): ShownEnds {
  return peerPort === null
    ? { local: localAddress, localPort, uid }
    : { local: localAddress, localPort, peer: peerAddress, peerPort, uid };
}

/** One process may hold tens of thousands of sockets, so it is made ready once. */
const shownProcesses = new WeakMap<Process, ShownProcess>();

function processOf(named: NonNullable<Socket['process']>, known: Process | undefined): ShownProcess {
  if (known === undefined) return named;
  const before = shownProcesses.get(known);
  if (before?.name === named.name) return before;
  const process = { ...named, ...detailsOf(known) };
  shownProcesses.set(known, process);
  return process;
}

function detailsOf({ fsgid, groups, container }: Process): Omit<ShownProcess, 'name' | 'pid'> {
  return { gid: fsgid, groups, ...(container === undefined ? {} : { container }) };
}

/** Connections that are treated alike share their prediction, so it is made ready once. */
const shownPrediction = remembered((prediction: Prediction): ShownPrediction => {
  if (prediction.kind === 'undetermined') return { verdict: prediction };
  const { verdict, rule } = prediction;
  return {
    verdict,
    ...(rule === null ? {} : { rule: shownRule(rule) }),
    ...(prediction.kind === 'depends-on-gid' ? { unless: prediction.unless } : {}),
  };
});

function shownRule({ table, chain, rule }: RuleReference): ShownRule {
  return { table: table.name, chain: chain.name, index: rule.index, text: rule.text };
}

/** The answer of `sockets`. Its JSON form is `schema/sockets.schema.json`. */
export interface SocketsReport extends SocketsAnswer {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'istio-nat'; readonly version: string };
  readonly source: Source;
}
