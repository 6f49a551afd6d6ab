import type { Attempted, Network } from '../collect/attempt/attempt.ts';
import type { FileReader } from '../collect/files.ts';
import { evaluatePacket, type Hooks } from '../evaluate/packet.ts';
import { isAt } from '../flow/listeners.ts';
import type { Packet, Verdict } from '../model/packet.ts';
import type { Pod } from '../model/pod.ts';
import { isListener } from '../model/socket.ts';
import { quoted } from '../rules/quote.ts';
import { DNS_QUERY } from './dns.ts';
import { judge } from './judge.ts';
import { acceptedOn, currentSockets } from './sockets.ts';
import type { Path, PlannedProbe, ProbeQuestion, ProbeResult } from './types.ts';

/** What sends a probe, and what shows who took it. */
export interface Ways {
  readonly network: Network;
  readonly files: FileReader;
}

/** What a probe is held against. */
export interface ProbeRules {
  /** Null: nothing says that the pod belongs to the mesh. */
  readonly intended: Hooks | null;
  /** Null: the rules cannot be read. */
  readonly predict: Hooks | null;
  readonly pod: Pod;
}

const NOT_KNOWN: Verdict = { kind: 'undetermined', because: 'nothing says that this pod belongs to the mesh' };

/** Makes one attempt, unless it is a dry run, and says whether it went the way that Istio intends. */
export async function follow(
  { from, ...planned }: PlannedProbe,
  { intended, predict, pod }: ProbeRules,
  { dryRun, timeoutMs }: Pick<ProbeQuestion, 'dryRun' | 'timeoutMs'>,
  { network, files }: Ways,
): Promise<ProbeResult> {
  const expected = intended === null ? NOT_KNOWN : evaluatePacket(intended, planned.packet).verdict;
  const live = predict && evaluatePacket(predict, planned.packet);
  const predicted = live?.verdict ?? null;
  const known = { ...planned, expected, predicted, rule: live?.decidedBy ? quoted(live.decidedBy) : null };
  if (dryRun) return { ...known, sent: null, outcome: 'skipped', message: 'nothing was sent' };
  const { protocol, destination, destinationPort: port } = planned.packet;
  const attempt = {
    ...{ protocol, destination, port, owner: planned.owner, timeoutMs, payload: DNS_QUERY },
    ...(from !== undefined && { source: from }),
  };
  const attempted = await network.attempt(attempt, async (own) => {
    const sockets = await currentSockets(files);
    return sockets && { port: acceptedOn(own, sockets) };
  });
  const path = pathOf(attempted);
  const { ending, durationMs } = attempted;
  const verdict = judge({
    ...{ probe: planned, ending, path, expected, predicted },
    listens: (asked) => listens(pod, asked),
    awaited: awaited(pod, planned.packet),
  });
  return { ...known, sent: { ending, durationMs, path }, ...verdict };
}

function pathOf({ ending, seen }: Attempted<{ port: number | null } | null>): Path {
  if (ending === 'answered') return { kind: 'unseen' };
  if (ending !== 'connected') return { kind: 'nobody' };
  if (seen === null) return { kind: 'unseen' };
  return seen.port === null ? { kind: 'outside' } : { kind: 'port', port: seen.port };
}

/** Whether anybody listened there when the pod was looked at; null where that could not be seen. */
function listens({ sockets }: Pod, port: number): boolean | null {
  return sockets?.some((socket) => socket.localPort === port && isListener(socket)) ?? null;
}

/** Whether anybody listens where a packet is sent; null where that is not in this pod, or cannot be seen. */
function awaited(
  { sockets }: Pod,
  { family, protocol, destination, destinationPort, outInterface }: Packet,
): boolean | null {
  if (sockets === null || outInterface !== 'lo' || destinationPort === undefined) return null;
  const endpoint = { family, protocol: String(protocol), address: destination, port: destinationPort };
  return sockets.some((socket) => isListener(socket) && isAt(socket, endpoint));
}
