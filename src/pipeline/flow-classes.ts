import { packetsInWords } from '../diagnose/traffic/words.ts';
import type { OpenPackets, PacketClasses } from '../evaluate/classes.ts';
import { expectationOf, layersOf } from '../expect/index.ts';
import type { Declared } from '../expect/layers.ts';
import { classesOfHook, published } from '../flow/classes.ts';
import type { FlowClassesAnswer } from '../flow/classes-types.ts';
import type { Config } from '../model/config.ts';
import type { ConntrackState } from '../model/match.ts';
import type { Undetermined } from '../model/report.ts';
import type { Facts } from '../observe/facts.ts';
import { seenRules } from '../observe/seen-rules.ts';
import { inTime } from './in-time.ts';

/** Which packets `flowClasses` tells of. */
export interface ClassesOptions {
  /** Their state; the first of their connections unless given. */
  readonly state?: ConntrackState;
}

/**
 * What the rules do to all packets that can exist: who is captured, who bypasses, who is dropped, who loops.
 * @throws UsageError when the inputs contradict each other
 * @throws CannotLook when the time is over before there is any answer
 */
export function flowClasses(
  facts: Facts,
  declared: Declared,
  { state = 'NEW' }: ClassesOptions = {},
): FlowClassesAnswer {
  const { judged, fates } = inTime(facts, () => classesOfAll(facts, declared, state));
  const { undetermined, notes } = seenRules(facts.pod);
  const shown = fates.flatMap(({ classes }) => classes.map((one) => published(one, judged)));
  const open = fates.flatMap((one) => one.open.map(openQuestion));
  const classes = shown.map(({ owner: _, traffic: __, proxy: ___, ...one }) => one);
  return {
    report: { schemaVersion: 1, classes, undetermined: [...undetermined, ...open] },
    shown,
    source: facts.source,
    notes,
  };
}

function classesOfAll(
  facts: Facts,
  declared: Declared,
  state: ConntrackState,
): { judged: Config; fates: PacketClasses[] } {
  const { judged } = expectationOf(layersOf(declared, facts), facts);
  const fates = seenRules(facts.pod).families.flatMap((family) =>
    (['PREROUTING', 'OUTPUT'] as const).map((hook) => classesOfHook(facts.pod, judged, { family, hook, state })),
  );
  return { judged, fates };
}

function openQuestion(open: OpenPackets): Undetermined {
  const { family, hook, because } = open;
  const words = packetsInWords(open);
  const what =
    open.witness === null ? `${family} packets in ${hook}` : `${words.charAt(0).toLowerCase()}${words.slice(1)}`;
  return {
    code: 'NAT1004',
    message: `What becomes of ${what} cannot be told: ${because}`,
    remedy: 'Look at that rule by hand: istio-nat knows its text, and no packet field decides it.',
  };
}
