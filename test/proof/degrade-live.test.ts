import { describe, expect, it } from 'vitest';
import { haveKernel } from '../layout/kernel.ts';
import { anyLesserLook, wholeVerdict } from './degrade/live/looks.ts';
import { anyLook, anyRecordedLook, anySceneLook } from './degrade/live/sources.ts';
import { type Counts, count, type FalseVerdict, grouped, noCounts } from './degrade/report.ts';
import { Dice } from './symbolic/dice.ts';

const LOOKS = Number(process.env.ISTIO_NAT_LESSER_LOOKS ?? 100);
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20260701);
const ONLY = process.env.ISTIO_NAT_DEGRADED_ONLY;
const EACH = 20;
/** To look with all sorts of rights takes seconds for each pod, so that `npm test` looks at recorded ones only. */
const SOURCES = LOOKS > 100 ? [anyRecordedLook, anyRecordedLook, anySceneLook, anyLook] : [anyRecordedLook];

describe.skipIf(!haveKernel)('a live look that gets less', () => {
  it('is only less sure', { timeout: 7_200_000 }, async () => {
    const counts = noCounts();
    const found: FalseVerdict[] = [];
    for (let number = 0; counts.texts < LOOKS; number += 1) {
      if (ONLY !== undefined && Number.parseInt(ONLY, 10) !== number) {
        if (number > Number.parseInt(ONLY, 10)) break;
        continue;
      }
      found.push(...(await ofPod(number, counts)));
    }
    const report = grouped(found, counts, process.env.ISTIO_NAT_DEGRADED_FOLDER);
    process.stdout.write(`${report}\n`);
    expect(found.length, report).toBe(0);
  });
});

async function ofPod(number: number, counts: Counts): Promise<FalseVerdict[]> {
  const dice = new Dice(SEED * 100_003 + number);
  const pod = await dice.pick(SOURCES)(dice);
  if (pod === null || (await wholeVerdict(pod, 'everything')) === 'undetermined') {
    counts.refused += 1;
    return [];
  }
  counts.pods += 1;
  const found: FalseVerdict[] = [];
  for (let text = 0; text < EACH; text += 1) {
    const { rights, taking, declared, report, accepted } = await anyLesserLook(pod, dice);
    count(counts, report, taking.name === 'nothing' && rights === 'all' && declared === 'everything');
    if (accepted.has(report.verdict)) continue;
    const given = { form: `live, rights: ${rights}`, cut: taking.name, declared, files: {} };
    found.push({ ...given, number: `${number}.${text}`, pod, report, accepted });
  }
  return found;
}
