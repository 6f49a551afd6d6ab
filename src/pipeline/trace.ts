import type { Line } from '../collect/lines.ts';
import type { Outside } from '../collect/outside.ts';
import { evaluatePacket, Hooks } from '../evaluate/packet.ts';
import { publishedSteps } from '../evaluate/publish.ts';
import { PacketFieldError } from '../evaluate/state.ts';
import { CannotLook, UsageError } from '../model/errors.ts';
import { INPUT_LIMITS, inMebibytes } from '../model/limits.ts';
import type { Packet } from '../model/packet.ts';
import type { Pod } from '../model/pod.ts';
import type { PacketError, TraceReport } from '../model/trace.ts';
import { withGaps } from '../observe/gaps.ts';
import { mayMeetUnseen } from '../observe/seen-rules.ts';
import { readPacketLine } from '../parse/packet.ts';
import { gatherFacts } from './facts.ts';
import type { TraceRequest } from './requests.ts';

/**
 * Follows packets through the rules. The rules are read once; packets are read no faster than their traces are taken.
 * @throws CannotLook when the rules cannot be read
 * @throws UsageError when the one packet asked about is malformed
 */
export async function trace(request: TraceRequest, outside: Outside): Promise<TraceRun> {
  const { pod } = await gatherFacts(request.source, outside);
  refuseUnseenRules(pod);
  const gaps = pod.gaps ?? [];
  const hooks = new Hooks(withGaps(pod.ruleset, gaps));
  const incomplete = pod.obstacles.some(({ concerns }) => concerns === 'rules');
  const notes = [...pod.obstacles.map(({ message }) => message), ...(incomplete ? [INCOMPLETE] : [])];
  const follow = (packet: Packet) => report(hooks, packet, request.verdictOnly);
  const { packets } = request;
  if (packets.kind === 'packet') {
    return { traces: once(single(() => follow(packets.packet))), notes, incomplete };
  }
  return { traces: many(outside.readLines(packets.file), follow), notes, incomplete };
}

const INCOMPLETE =
  'verdicts that could depend on the lost part are undetermined; tables that the text does not show at all are taken not to exist';

/** Without the rules every packet would seem to pass. Where it is known which are missing, the others still say something. */
function refuseUnseenRules(pod: Pod): void {
  const obstacle = pod.obstacles.find((one) => mayMeetUnseen([one]));
  if (!obstacle) return;
  throw new CannotLook(obstacle.message, { hint: obstacle.remedy, code: obstacle.code });
}

function report(hooks: Hooks, packet: Packet, verdictOnly: boolean): TraceReport {
  const { packet: complete, verdict, steps } = evaluatePacket(hooks, packet, { steps: !verdictOnly });
  if (verdictOnly) return { packet: complete, verdict };
  return { packet: complete, verdict, steps: publishedSteps(steps) };
}

function single(follow: () => TraceReport): TraceReport {
  try {
    return follow();
  } catch (error) {
    if (error instanceof PacketFieldError) throw new UsageError(`${error.field}: ${error.message}`);
    throw error;
  }
}

async function* once<T>(item: T): AsyncGenerator<readonly T[]> {
  yield [item];
}

const TOO_LONG = `the line is longer than ${inMebibytes(INPUT_LIMITS.packetBytes)}, which no packet is`;

/** One trace or error per line, in order; blank lines are not packets. */
async function* many(
  lines: AsyncIterable<readonly Line[]>,
  follow: (packet: Packet) => TraceReport,
): AsyncGenerator<Iterable<TraceReport | PacketError>> {
  let before = 0;
  for await (const batch of lines) {
    yield each(batch, before, follow);
    before += batch.length;
  }
}

function* each(
  lines: readonly Line[],
  before: number,
  follow: (packet: Packet) => TraceReport,
): Generator<TraceReport | PacketError> {
  let line = before;
  for (const text of lines) {
    line += 1;
    if (text === null) {
      yield { error: TOO_LONG, line };
      continue;
    }
    if (text.trim() === '') continue;
    const reading = readPacketLine(text);
    if (reading.kind === 'problem') yield { error: `${reading.field} ${reading.message}`.trim(), line };
    else yield follow(reading.packet);
  }
}

/**
 * What `trace` answers: one item for each packet asked about, in order, produced only as fast as it is read. They come
 * in the batches in which the packets came, so that not every packet has to wait for a turn of its own.
 */
export interface TraceRun {
  readonly traces: AsyncIterable<Iterable<TraceReport | PacketError>>;
  /** What was not understood in the rules or could not be looked at, for stderr. */
  readonly notes: readonly string[];
  /** Part of the rules was lost: no verdict is final, not even one that the rest decides. */
  readonly incomplete: boolean;
}
