import type { DiffAnswer } from '../../../src/diagnose/differences.ts';
import { type Comparison, compareRulesets } from '../../../src/evaluate/compare.ts';
import { marksThatMatter, type WatchedMark } from '../../../src/evaluate/symbolic/watched.ts';
import type { Family } from '../../../src/model/family.ts';
import type { Packet, PacketHook, Verdict } from '../../../src/model/packet.ts';
import type { Rule, Ruleset } from '../../../src/model/ruleset.ts';
import { diff } from '../../asked.ts';
import { disagreement, type KernelPod, type Observed } from '../../kernel/index.ts';
import { savedTexts } from '../../observe/saved.ts';
import { aimedPacket } from '../../proof/symbolic/aimed.ts';
import { atomsOf } from '../../proof/symbolic/atoms.ts';
import { Dice } from '../../proof/symbolic/dice.ts';
import type { Counts } from './counts.ts';
import { load } from './loaded.ts';
import type { Pair } from './pairs.ts';
import { changesNothing, differs, exists } from './seen.ts';
import { type Form, familiesOf, parsed } from './start.ts';
import { describes } from './words.ts';

/** The pod that a proof sends its packets in. */
export interface Stage {
  readonly pod: KernelPod;
  readonly own: Readonly<Record<Family, readonly string[]>>;
  readonly interfaces: readonly string[];
}

/** A class of packets that somebody said is treated differently. */
interface Claim {
  readonly family: Family;
  readonly hook: PacketHook;
  readonly packets: Readonly<Record<string, string>>;
  readonly witness: Packet;
  readonly live: Verdict;
  readonly expected: Verdict;
}

/** Packets that look for a difference in a pair where none is reported (some of them cannot be observed), and elsewhere. */
const SAMPLE = { equivalent: 320, other: 80 } as const;
const HOOKS: readonly PacketHook[] = ['PREROUTING', 'OUTPUT'];

/** What the kernel says otherwise than diff does of a pair whose second ruleset is loaded. */
export async function contradictions(
  { pod, own, interfaces }: Stage,
  form: Form,
  pair: Texts,
  seed: number,
  counts: Counts,
): Promise<{ readonly answer: DiffAnswer; readonly wrong: readonly string[] }> {
  const [after, before] = [parsed(pair.shown.after, form), parsed(pair.shown.before, form)];
  const watched = marksThatMatter(after, before);
  const answer = await answerOf(pair);
  const scopes = familiesOf(form).flatMap((family) => HOOKS.map((hook) => ({ family, hook })));
  const informed = scopes.map((scope) =>
    compareRulesets(after, before, { ...scope, localAddresses: own[scope.family], watched, classes: 'outcomes' }),
  );

  const claims = claimsOf(answer, informed);
  const dice = new Dice(seed ^ 0x5eed);
  const sample = scopes.flatMap(({ family, hook }) => {
    const atoms = atomsOf([after, before], family, own[family]);
    const rules = changedFirst(after, before);
    const around = { hook, family, own: own[family], interfaces };
    const count = SAMPLE[answer.report.equivalent === true ? 'equivalent' : 'other'] / scopes.length;
    return Array.from({ length: count }, () => aimedPacket(atoms, rules, around, dice)).filter(exists);
  });
  const packets = [...claims.map(({ witness }) => witness), ...sample];

  const now = await pod.observeAll(packets);

  await load(pod, pair.text.before, form);
  const then = await pod.observeAll(packets);

  const judged = { answer, informed, claims, watched, counts };
  const wrong = packets.flatMap((packet, i) => {
    const claim = claims[i];
    const ways = [now[i], then[i]] as const;
    return (claim ? ofWitness(claim, ways, judged) : ofSample(packet, ways, judged)) ?? [];
  });
  countAnswer(judged);
  return { answer, wrong };
}

/** What is judged of a pair. */
type Texts = Pick<Pair, 'text' | 'shown'>;

type Ways = readonly [Observed | undefined, Observed | undefined];

interface Judged {
  readonly answer: DiffAnswer;
  readonly informed: readonly Comparison[];
  readonly claims: readonly Claim[];
  readonly watched: readonly WatchedMark[];
  readonly counts: Counts;
}

/** What a user gets who has nothing but the two texts. */
function answerOf({ shown }: Texts): Promise<DiffAnswer> {
  const request = {
    source: { kind: 'rules', files: ['now'] },
    against: { kind: 'rules', files: ['before'] },
    config: { flags: {}, env: {} },
    traces: false,
  } as const;
  return diff(request, savedTexts({ now: shown.after, before: shown.before }));
}

/** Those of the answer, and those that are found when the pod's addresses are known; each witness once. */
function claimsOf({ report }: DiffAnswer, informed: readonly Comparison[]): Claim[] {
  return [
    ...new Map(
      [...report.differences, ...knownClaims(informed)].map((one) => [JSON.stringify(one.witness), one]),
    ).values(),
  ];
}

function knownClaims(informed: readonly Comparison[]): Claim[] {
  return informed.flatMap(({ different }) =>
    different.map((one): Claim => ({ ...one, live: one.live.verdict, expected: one.expected.verdict })),
  );
}

/** All rules, those that only one side has three times over. */
function changedFirst(a: Ruleset, b: Ruleset): Rule[] {
  const [one, other] = [a, b].map(({ tables }) => tables.flatMap((t) => t.chains.flatMap((c) => c.rules)));
  const texts = [one, other].map((rules) => new Set(rules?.map(({ text }) => text)));
  const changed = [
    ...(one ?? []).filter(({ text }) => !texts[1]?.has(text)),
    ...(other ?? []).filter(({ text }) => !texts[0]?.has(text)),
  ];
  return [...(one ?? []), ...changed, ...changed, ...changed];
}

function ofWitness({ witness, live, expected, packets }: Claim, [now, then]: Ways, { counts }: Judged): string | null {
  counts.add('witnesses');
  const peculiar = whyPeculiar(witness, [live, expected]);
  if (peculiar !== null) {
    counts.add(`witnesses: not observable, ${peculiar}`);
    return null;
  }
  if (now?.kind !== 'observed' || then?.kind !== 'observed') {
    const because = [now, then].find((one) => one?.kind === 'unobservable');
    counts.add(`witnesses: not observable, ${because?.kind === 'unobservable' ? because.because : ''}`);
    return null;
  }
  const wrong = [disagreement(witness, live, now), disagreement(witness, expected, then)].filter((one) => one !== null);
  const claim = JSON.stringify({ packets, witness, live, expected });
  if (wrong.length > 0) return `the witness fares otherwise than claimed (${wrong.join('; ')}): ${claim}`;
  if (!describes(packets, witness)) return `the words do not describe the witness: ${claim}`;
  const shows = differs(now, then, 'all');
  if (!shows && !changesNothing(witness, [live, expected])) return `both sides treat the witness alike: ${claim}`;
  counts.add(`witnesses: ${shows ? 'confirmed' : 'redirected to where they were going anyway'}`);
  return null;
}

/** What kernels do to a rewritten packet of that kind besides, or only some of them. */
function whyPeculiar({ protocol, family, destination }: Packet, verdicts: readonly Verdict[]): string | null {
  if (!verdicts.some(({ kind }) => kind === 'redirect' || kind === 'dnat')) return null;
  if (protocol === '33') return 'kernels since 6.17 do not rewrite the ports of dccp';
  const global = family === 'ipv4' || destination === '::1' || /^(?:[23]|f[cd])/.test(destination);
  return global ? null : 'the pod has no IPv6 address of that scope, so REDIRECT drops';
}

function ofSample(packet: Packet, [now, then]: Ways, judged: Judged): string | null {
  const { answer, informed, watched, counts } = judged;
  const { equivalent } = answer.report;
  const because = whyNot(packet, [now, then], equivalent);
  if (because !== null) {
    counts.add(`packets: not observable, ${because}`);
    return null;
  }
  counts.add('packets');
  counts.add(`packets: observed where the answer is ${nameOf(equivalent)}`);
  const shows = differs(now, then, watched);
  const shown = JSON.stringify({ packet, now, then });
  if (shows && equivalent === true) return `equivalent, but a packet fares differently: ${shown}`;
  if (shows && !isReported(packet, judged)) return `a difference is not among those reported: ${shown}`;
  const claim = promised(packet, informed);
  if (shows || claim === undefined) return null;
  const fates = [claim.live, claim.expected].map((verdict) => ofPacket(verdict, claim.witness, packet));
  if (changesNothing(packet, fates)) return null;
  return `the words of a class promise a difference: ${shown} ${JSON.stringify(claim.packets)}`;
}

/** A rewrite that left the witness its port, or its address, leaves another packet its own. */
function ofPacket(verdict: Verdict, witness: Packet, packet: Packet): Verdict {
  if (verdict.kind === 'dnat') return { ...verdict, to: verdict.to.replace(witness.destination, packet.destination) };
  const keeps = verdict.kind === 'redirect' && verdict.port === witness.destinationPort;
  return keeps && packet.destinationPort !== undefined ? { ...verdict, port: packet.destinationPort } : verdict;
}

/** Why nothing can be said of a packet of the sample. */
function whyNot({ hook, inInterface }: Packet, ways: Ways, equivalent: boolean | null): string | null {
  const unseen = ways.find((one) => one?.kind === 'unobservable');
  if (unseen?.kind === 'unobservable') return unseen.because;
  // Its zone and the mark of its connection come from OUTPUT, whose rules may be different ones.
  const passedOutput = hook === 'PREROUTING' && inInterface === 'lo' && equivalent !== true;
  return passedOutput ? 'what OUTPUT did before may differ' : null;
}

function nameOf(equivalent: boolean | null): string {
  if (equivalent === null) return 'undetermined';
  return equivalent ? 'equivalent' : 'not equivalent';
}

/** Whether what is reported without and with the pod's addresses both describes the packet, or left something open. */
function isReported(packet: Packet, { answer, informed }: Judged): boolean {
  const told = (claims: readonly Pick<Claim, 'family' | 'hook' | 'packets'>[]) =>
    claims.some((claim) => isAbout(claim, packet) && describes(claim.packets, packet));
  const open = answer.report.undetermined.length > 0 || informed.some((one) => one.open.length > 0);
  return open || (told(answer.report.differences) && told(knownClaims(informed)));
}

function isAbout({ family, hook }: { family: Family; hook: PacketHook }, packet: Packet): boolean {
  return family === packet.family && hook === packet.hook;
}

/**
 * The class whose words say that an ordinary packet fares differently. Beyond 32 classes they are rough, and marks under
 * several masks have no exact words.
 */
function promised(packet: Packet, informed: readonly Comparison[]): Claim | undefined {
  if (!isOrdinary(packet) || informed.some(({ different, open }) => different.length > 32 || open.length > 0)) return;
  return knownClaims(informed).find(
    (claim) =>
      isAbout(claim, packet) && !claim.packets.mark && !claim.packets.connmark && describes(claim.packets, packet),
  );
}

/** IPv6 has addresses that the kernel does not route, or not there, whatever the rules say. */
function isOrdinary({ family, hook, destination, ctState, inInterface, uid }: Packet): boolean {
  if (ctState !== 'NEW' || inInterface === 'lo' || (hook === 'OUTPUT' && uid === null)) return false;
  return family === 'ipv4' || /^(?:[23]|f[cd])/.test(destination);
}

function countAnswer({ answer: { report }, counts, informed }: Judged): void {
  counts.add('pairs');
  counts.add(`pairs: ${nameOf(report.equivalent)}`);
  counts.add('classes', report.differences.length);
  for (const { message } of report.undetermined)
    counts.add(`left open: ${message.replace(/^.*cannot be told: /, '').slice(0, 80)}`);
  if (report.equivalent !== true && informed.every(({ different, open }) => different.length + open.length === 0))
    counts.add('pairs that differ only in packets that this pod cannot have');
}
