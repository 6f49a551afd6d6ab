import { evaluatePacket, Hooks } from '../evaluate/packet.ts';
import { publishedSteps } from '../evaluate/publish.ts';
import { PacketFieldError } from '../evaluate/state.ts';
import { CannotLook, UsageError } from '../model/errors.ts';
import { INPUT_LIMITS, inMebibytes } from '../model/limits.ts';
import type { Packet } from '../model/packet.ts';
import type { Pod } from '../model/pod.ts';
import type { PacketError, TraceReport } from '../model/trace.ts';
import type { Facts } from '../observe/facts.ts';
import { withGaps } from '../observe/gaps.ts';
import { mayMeetUnseen } from '../observe/seen-rules.ts';
import { readPacketLine } from '../parse/packet.ts';

/** How much of each packet's way is told. */
export interface TraceOptions {
  /** Leaves the steps out. */
  readonly verdictOnly?: boolean;
}

/** What `trace` answers: one item for each packet asked about, in order, produced only as fast as it is read. */
export interface TraceAnswer<Traces = Iterable<TraceReport>> {
  readonly traces: Traces;
  /** What was not understood in the rules and could not be looked at. */
  readonly notes: readonly string[];
  /** Part of the rules was lost: no verdict is final, not even one that the rest decides. */
  readonly incomplete: boolean;
}

/** Traces in the batches in which the packets came, so that not every packet has to wait for a turn of its own. */
export type TracedLines = AsyncIterable<Iterable<TraceReport | PacketError>>;

/**
 * Follows packets through the rules. Reading a trace throws a UsageError when its packet is malformed.
 * @throws CannotLook when the rules could not be read
 */
export function trace(facts: Facts, packets: Iterable<Packet>, options: TraceOptions = {}): TraceAnswer {
  const { follow, ...answer } = followerOf(facts, options);
  return { traces: each(packets, follow), ...answer };
}

/**
 * The same for packets as JSON lines, which are read no faster than their traces are taken. A line that is no packet gets an error in its place, a blank one nothing.
 * @throws CannotLook when the rules could not be read
 */
export function traceLines(
  facts: Facts,
  lines: AsyncIterable<Lines>,
  options: TraceOptions = {},
): TraceAnswer<TracedLines> {
  const { follow, ...answer } = followerOf(facts, options);
  return { traces: many(lines, follow), ...answer };
}

/** Lines as they came; null is one that was too long to be kept. */
type Lines = readonly (string | null)[];

type Follow = (packet: Packet) => TraceReport;

function followerOf({ pod }: Facts, options: TraceOptions): Omit<TraceAnswer, 'traces'> & { readonly follow: Follow } {
  refuseUnseenRules(pod);
  const hooks = new Hooks(withGaps(pod.ruleset, pod.gaps ?? []));
  const incomplete = pod.obstacles.some(({ concerns }) => concerns === 'rules');
  const notes = [...pod.obstacles.map(({ message }) => message), ...(incomplete ? [INCOMPLETE] : [])];
  return { follow: (packet) => report(hooks, packet, options), notes, incomplete };
}

const INCOMPLETE =
  'verdicts that could depend on the lost part are undetermined; tables that the text does not show at all are taken not to exist';

/** Without the rules every packet would seem to pass. Where it is known which are missing, the others still say something. */
function refuseUnseenRules(pod: Pod): void {
  const obstacle = pod.obstacles.find((one) => mayMeetUnseen([one]));
  if (!obstacle) return;
  throw new CannotLook(obstacle.message, { hint: obstacle.remedy, code: obstacle.code });
}

function report(hooks: Hooks, packet: Packet, { verdictOnly = false }: TraceOptions): TraceReport {
  const { packet: complete, verdict, steps } = evaluatePacket(hooks, packet, { steps: !verdictOnly });
  if (verdictOnly) return { packet: complete, verdict };
  return { packet: complete, verdict, steps: publishedSteps(steps) };
}

function* each(packets: Iterable<Packet>, follow: Follow): Generator<TraceReport> {
  for (const packet of packets) yield single(packet, follow);
}

function single(packet: Packet, follow: Follow): TraceReport {
  try {
    return follow(packet);
  } catch (error) {
    if (error instanceof PacketFieldError) throw new UsageError(`${error.field}: ${error.message}`);
    throw error;
  }
}

const TOO_LONG = `the line is longer than ${inMebibytes(INPUT_LIMITS.packetBytes)}, which no packet is`;

/** One trace or error per line, in order; blank lines are not packets. */
async function* many(lines: AsyncIterable<Lines>, follow: Follow): AsyncGenerator<Iterable<TraceReport | PacketError>> {
  let before = 0;
  for await (const batch of lines) {
    yield inBatch(batch, before, follow);
    before += batch.length;
  }
}

function* inBatch(lines: Lines, before: number, follow: Follow): Generator<TraceReport | PacketError> {
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
