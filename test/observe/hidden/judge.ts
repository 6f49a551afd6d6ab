import { type WatchedMark, watchedMarks } from '../../../src/evaluate/symbolic/watched.ts';
import { buildLayout, expectedRouting } from '../../../src/layout/index.ts';
import { FAMILIES } from '../../../src/model/family.ts';
import type { Packet, Verdict } from '../../../src/model/packet.ts';
import { type Attempt, disagreement, type Landing, type Observed } from '../../kernel/index.ts';
import { differs } from '../../pipeline/diff-kernel/seen.ts';
import { packetsOf } from '../../proof/layouts/packets.ts';
import { type Answers, type Asked, answersAbout } from './answers.ts';
import { type Case, type Names, namesFor } from './case.ts';
import { configOf, inputsOf, type LayoutName } from './layouts.ts';
import { insideOf } from './live.ts';
import { observeBoth, type Stage } from './stage.ts';

/** What came of a case. */
export interface Judgement {
  /** What the kernel does otherwise than in a healthy pod, in words. */
  readonly otherwise: readonly string[];
  /** Packets that were to be treated otherwise, and are not. */
  readonly unmoved: readonly string[];
  readonly answers: Answers;
  /** Where the program says otherwise than the kernel. */
  readonly wrong: readonly string[];
}

/** Holds what the program says of the edited pod against what the kernel does in it. */
export async function judge(stage: Stage, one: Case, names: Names, asked: Asked): Promise<Judgement> {
  const marks = marksOf(stage.layout);
  const { packets, names: packetNames } = packetsFor(one, names);
  const inside = insideOf(stage.edited, stage.steady, inputsOf(stage.layout), packets);
  const answers = await answersAbout(inside, packets, names, asked);
  const landed = await landings(stage, one.connects?.(names) ?? []);
  const [now, before] = await observeBoth(stage, packets);
  const moved = packets.map((_, i) => fares(now[i], before[i], marks));
  const otherwise = [
    ...new Set(packetNames.flatMap((name, i) => (moved[i] ? [sayBoth(name, now[i], before[i])] : []))),
  ];
  const all = [...otherwise, ...landed.otherwise];
  return {
    otherwise: all,
    unmoved: [...one.shows.filter((name) => !packetNames.some((n, i) => n === name && moved[i])), ...landed.unmoved],
    answers,
    wrong: [
      ...wrongExits(answers, all),
      ...(one.ahead
        ? []
        : [
            // What POSTROUTING does to a packet on lo is done before PREROUTING sees it.
            ...packets.flatMap((packet, i) =>
              one.beyond && packet.inInterface === 'lo'
                ? []
                : wrongVerdict(`trace of ${packetNames[i]}`, packet, answers.verdicts[i], now[i]),
            ),
            ...(one.connects || one.beyond ? [] : await wrongClaims(stage, answers, marks)),
          ]),
    ],
  };
}

/** The marks that decide something in a layout or in its routing; others are nobody's business. */
export function marksOf(layout: LayoutName): WatchedMark[] {
  const config = configOf(layout);
  const routed = expectedRouting(config).rules.flatMap(({ mark }) =>
    mark ? [{ field: 'mark' as const, ...mark }] : [],
  );
  return [...watchedMarks(buildLayout(config)), ...routed];
}

/** Why the harness could not make a packet, which does not say that the rules do something else to it. */
const UNMADE = /^its connection is|^the rules of OUTPUT rewrite it/;

/** Whether a packet fares otherwise; of one that could not be made in the state that was asked for nobody knows. */
export function fares(now: Observed | undefined, before: Observed | undefined, marks: readonly WatchedMark[]): boolean {
  const unmade = [now, before].some((one) => one?.kind === 'unobservable' && UNMADE.test(one.because));
  return !unmade && differs(now, before, marks);
}

function packetsFor(one: Case, names: Names): { readonly packets: Packet[]; readonly names: string[] } {
  const ordinary = FAMILIES.flatMap((family) =>
    Object.entries(packetsOf(family)).flatMap(([name, packet]) => {
      const times = family === names.family && one.shows.some((shown) => shown === name) ? (one.times ?? 1) : 1;
      const called = family === names.family ? name : `${name} (${family})`;
      return Array.from({ length: times }, () => [called, packet] as const);
    }),
  );
  const more = (one.packets?.(names) ?? []).map((packet) => [JSON.stringify(packet), packet] as const);
  const all = [...ordinary, ...more];
  return { packets: all.map(([, packet]) => packet), names: all.map(([name]) => name) };
}

function sayBoth(name: string, now: Observed | undefined, before: Observed | undefined): string {
  return `${name}: ${say(now)}, before ${say(before)}`;
}

function say(seen: Observed | undefined): string {
  if (seen?.kind !== 'observed') return `not there (${seen?.because})`;
  const { verdict, mark, ctZone } = seen;
  const words = Object.values(verdict).join(' ');
  return [words, ...(mark ? [`mark ${mark}`] : []), ...(ctZone ? [`zone ${ctZone}`] : [])].join(', ');
}

function wrongExits({ exitCodes, found }: Answers, otherwise: readonly string[]): string[] {
  if (otherwise.length === 0) return [];
  const healthy = exitCodes.check === 0 ? [`check exits 0 (${found.join('; ').slice(0, 200) || 'nothing found'})`] : [];
  // `flow` follows one family and a few packets, and is held to those.
  return [...healthy, ...(exitCodes.diff === 0 ? ['diff exits 0'] : [])];
}

function wrongVerdict(what: string, packet: Packet, said: Verdict | undefined, seen: Observed | undefined): string[] {
  if (said === undefined || seen?.kind !== 'observed') return [];
  // The answer of a reject may be lost on its way, to a rule or a route: the packet fares the same.
  if (said.kind === 'reject' && seen.verdict.kind === 'drop') return [];
  // Rules are not all that decides: with a source of its own loopback no packet is routed to another host.
  if (said.kind === 'dnat' && isLoopback(packet.source) && seen.verdict.kind === 'drop') return [];
  const why = disagreement(packet, said, seen);
  return why === null ? [] : [`${what}: ${why}`];
}

function isLoopback(address: string | undefined): boolean {
  return address === '::1' || (address?.startsWith('127.') ?? false);
}

/** Packets of the reports themselves: witnesses of differences, and the steps of a life. */
async function wrongClaims(stage: Stage, answers: Answers, marks: readonly WatchedMark[]): Promise<string[]> {
  const { witnesses, steps, exitCodes } = answers;
  // What `flow` shows beside the words that it could not see everything is no claim.
  const told = exitCodes.flow === 3 ? [] : steps;
  const claims = [
    ...witnesses.map(({ witness, live }) => ({ what: 'a witness', packet: witness, verdict: live })),
    ...told.map((step) => ({ what: 'a step of flow', ...step })),
  ];
  const [now, before] = await observeBoth(
    stage,
    claims.map(({ packet }) => packet),
  );
  const wrong = claims.flatMap(({ what, packet, verdict }, i) =>
    wrongVerdict(`${what}, ${JSON.stringify(packet)}`, packet, verdict, now[i]),
  );
  const led = claims.some(({ what }, i) => what === 'a step of flow' && differs(now[i], before[i], marks));
  return [...new Set(wrong), ...(led && exitCodes.flow === 0 ? ['flow exits 0'] : [])];
}

/** Where connections end, in either pod. */
async function landings(stage: Stage, attempts: readonly Attempt[]) {
  const otherwise: string[] = [];
  const unmoved: string[] = [];
  for (const attempt of attempts) {
    const what = `${attempt.from} uid ${attempt.uid ?? 0} to ${attempt.to}:${attempt.port}`;
    const patient = { timeout: 100, ...attempt };
    const [now, before] = await Promise.all([stage.edited.connect(patient), stage.healthy.connect(patient)]);
    if (at(now) === at(before)) unmoved.push(what);
    else otherwise.push(`${what}: ${at(now)}, before ${at(before)}`);
  }
  return { otherwise, unmoved };
}

function at({ landed, port, answered }: Landing): string {
  return `${landed} ${port ?? ''}${answered ? '' : ' unanswered'}`.trim();
}

/** Puts a case into a healthy pod; throws what the kernel or a tool has against it. */
export async function edit({ edited }: Stage, one: Case, names: Names): Promise<void> {
  for (const argv of one.commands?.(names) ?? []) {
    const { exitCode, stderr } = await edited.exec(argv);
    if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  }
  if (one.nft) await edited.nft(one.nft(names));
}

/** Where a case is tried. */
export interface Place {
  readonly layout: LayoutName;
  readonly names: Names;
}

/** Every layout that a case names, in every family. */
export function placesOf(one: Case): Place[] {
  return one.on.flatMap((layout) =>
    (one.families ?? FAMILIES).map((family) => ({ layout, names: namesFor(family, layout) })),
  );
}
