import { describe, expect, it } from 'vitest';
import { haveKernel } from '../layout/kernel.ts';
import { anyCase } from './degrade/cases.ts';
import { anyFault } from './degrade/faults.ts';
import { anyForm } from './degrade/forms.ts';
import { listingsOf } from './degrade/listed.ts';
import { anySource } from './degrade/pods.ts';
import { type Counts, count, type FalseVerdict, grouped, noCounts } from './degrade/report.ts';
import { judged, Truth } from './degrade/truth.ts';
import { Dice } from './symbolic/dice.ts';

const TEXTS = Number(process.env.ISTIO_NAT_DEGRADED ?? 300);
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20260701);
const ONLY = process.env.ISTIO_NAT_DEGRADED_ONLY;
const EACH = 25;

describe.skipIf(!haveKernel)('less evidence', () => {
  it('only makes a verdict less sure', { timeout: 7_200_000 }, async () => {
    const counts = noCounts();
    const found: FalseVerdict[] = [];
    for (let number = 0; counts.texts < TEXTS; number += 1) {
      if (ONLY !== undefined && Number.parseInt(ONLY, 10) !== number) {
        if (number > Number.parseInt(ONLY, 10)) break;
        continue;
      }
      found.push(...(await ofPod(number, counts)));
    }
    const report = grouped(found, counts, process.env.ISTIO_NAT_DEGRADED_FOLDER);
    process.stdout.write(`${report}\n`);
    expect(found.length, report).toBe(0);
    // Whoever answers nothing at all is never wrong.
    if (ONLY === undefined) expect(counts.untouchedDecided, report).toBeGreaterThan(counts.untouched / 4);
  });
});

async function ofPod(number: number, counts: Counts): Promise<FalseVerdict[]> {
  const dice = new Dice(SEED * 100_003 + number);
  const pod = anyFault(anySource(dice), dice);
  // A pod without any rule shows none of the forms.
  const listings = pod.rules.length > 0 ? listingsOf(pod.rules) : null;
  const truth = listings && new Truth(pod, listings);
  if (listings === null || truth === null || (await truth.whole('everything')) === 'undetermined') {
    counts.refused += 1;
    return [];
  }
  counts.pods += 1;
  const found: FalseVerdict[] = [];
  for (let text = 0; text < EACH; text += 1) {
    const given = anyCase(anyForm(listings, dice), dice);
    if (given.excused) {
      counts.excused += 1;
      continue;
    }
    const report = await judged(pod, given.files, given);
    count(counts, report, given.cut === 'nothing' && given.declared === 'everything');
    const accepted = await truth.accepted(given.left, given.declared);
    if (accepted.has(report.verdict)) continue;
    const files = Object.fromEntries(given.files.map((one, at) => [`text-${at + 1}`, one]));
    found.push({ ...given, number: `${number}.${text}`, pod, files, report, accepted });
  }
  return found;
}
