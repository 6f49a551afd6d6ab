import { afterAll, expect, it } from 'vitest';
import { FAMILIES } from '../../../src/model/family.ts';
import { kernelTests } from '../../kernel/index.ts';
import { Dice } from '../../proof/symbolic/dice.ts';
import { type Case, type Names, namesFor } from './case.ts';
import { judge } from './judge.ts';
import type { LayoutName } from './layouts.ts';
import { type Edit, handlesIn, randomEdits } from './random/edits.ts';
import { packetsAbout } from './random/packets.ts';
import { createStage, heal, removeStage, type Stage } from './stage.ts';

/** Edited pods in all; docs/testing.md has the longer run. */
const EDITS = Number(process.env.ISTIO_NAT_NFT_EDITS ?? 20);
/** The same every time in `npm test`, so that a red run means a change; the longer runs choose others. */
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20260701);
/** One pod alone, by the number that a failure names. */
const ONLY = process.env.ISTIO_NAT_NFT_ONLY;
/** Failures that are shortened and told; the others are counted. */
const TOLD = 5;

const WHEEL: readonly LayoutName[] = ['redirect nft', 'tproxy nft', 'redirect nft', 'redirect legacy', 'tproxy legacy'];

kernelTests('random edits with nft, in the tables of iptables of a healthy pod', () => {
  const counted = { pods: 0, changed: 0, refused: 0, healthy: 0, open: 0, broken: 0, packets: 0, undetermined: 0 };
  afterAll(() => void process.stdout.write(`nft edits: ${JSON.stringify(counted)}, seed ${SEED}\n`));

  it.each([...new Set(WHEEL)])('%s', { timeout: 7_200_000 }, async (layout) => {
    const stage = await createStage(layout);
    const failures: string[] = [];
    try {
      const { stdout } = await stage.edited.exec(['nft', '-j', '-a', 'list', 'ruleset']);
      const handles = handlesIn(stdout);
      for (let number = 0; number < EDITS; number += 1) {
        if (WHEEL[number % WHEEL.length] !== layout || (ONLY !== undefined && Number(ONLY) !== number)) continue;
        const dice = new Dice(SEED + number * 7919);
        const names = namesFor(dice.pick(FAMILIES), layout);
        const edits = randomEdits(dice, names, handles);
        const wrong = await wrongAfter(stage, names, edits, number, counted);
        if (wrong.length === 0) continue;
        const told = failures.length < TOLD ? await shortened(stage, names, edits, number) : { edits, wrong };
        failures.push(`pod ${number}, ${names.ip}, ${told.wrong.slice(0, 4).join('\n  ')}\n${scriptOf(told.edits)}`);
      }
    } finally {
      await removeStage(stage);
    }
    expect(failures.length, failures.slice(0, TOLD).join('\n\n')).toBe(0);
  });
});

type Counted = Record<
  'pods' | 'changed' | 'refused' | 'healthy' | 'open' | 'broken' | 'packets' | 'undetermined',
  number
>;

/** What the program says otherwise than the kernel of a pod that was edited so. */
async function wrongAfter(
  stage: Stage,
  names: Names,
  edits: readonly Edit[],
  number: number,
  counted?: Counted,
): Promise<readonly string[]> {
  await heal(stage);
  for (const edit of edits) {
    const isTaken = await stage.edited.nft(edit.join('\n')).then(
      () => true,
      () => false,
    );
    if (counted && !isTaken) counted.refused += 1;
  }
  // The same packets whichever of the edits are left.
  const packets = packetsAbout(new Dice(SEED ^ (number * 31)), edits.flat().filter(isNoObject), names, 40);
  const one: Case = {
    ...{ name: 'random', on: [stage.layout], shows: [], packets: () => packets },
    beyond: edits.flat().some((command) => /hook (input|postrouting)/.test(command)),
  };
  const { answers, otherwise, wrong } = await judge(stage, one, names, number % 4 === 0 ? 'all' : 'check and trace');
  if (counted) count(counted, answers, otherwise.length > 0);
  return wrong.length === 0 ? [] : [...wrong, `the kernel: ${otherwise.slice(0, 3).join('; ')}`];
}

type Answers = Awaited<ReturnType<typeof judge>>['answers'];

function count(counted: Counted, { exitCodes, verdicts }: Answers, changed: boolean): void {
  counted.pods += 1;
  counted[exitCodes.check === 0 ? 'healthy' : exitCodes.check === 3 ? 'open' : 'broken'] += 1;
  if (changed) counted.changed += 1;
  counted.packets += verdicts.length;
  counted.undetermined += verdicts.filter(({ kind }) => kind === 'undetermined').length;
}

/** The fewest edits that are needed, and what is wrong with those. */
async function shortened(stage: Stage, names: Names, all: readonly Edit[], number: number) {
  let edits = all;
  let wrong = await wrongAfter(stage, names, edits, number);
  for (const edit of all) {
    const fewer = edits.filter((one) => one !== edit);
    const still = fewer.length === 0 ? [] : await wrongAfter(stage, names, fewer, number);
    if (still.length > 0) [edits, wrong] = [fewer, still];
  }
  return { edits, wrong };
}

/** As a script for `nft -f -`: sets and maps only where a rule names them. */
function scriptOf(edits: readonly Edit[]): string {
  const commands = edits.flat();
  const others = commands.filter(isNoObject).join('\n');
  return commands
    .filter((command) => {
      const name = /^add (?:set|map|quota|counter|chain) \S+ \S+ (\S+)/.exec(command)?.[1] ?? '';
      return (
        isNoObject(command) ||
        others.includes(`@${name}`) ||
        (others.includes(` ${name}`) && !/^add (set|map)/.test(command))
      );
    })
    .join('\n');
}

function isNoObject(command: string): boolean {
  return !/^add (set|map|quota|counter) |^add chain \S+ \S+ aside$/.test(command);
}
