import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAMILIES } from '../../src/model/family.ts';
import { diffTable } from '../../src/report/diff/table.ts';
import { kernelTests, VARIANTS } from '../kernel/index.ts';
import { Counts } from './diff-kernel/counts.ts';
import { contradictions, type Stage } from './diff-kernel/judge.ts';
import { loadedPair, type Pair } from './diff-kernel/pairs.ts';
import { createStage } from './diff-kernel/stage.ts';
import type { Form } from './diff-kernel/start.ts';

/** Pairs of rulesets in all; docs/testing.md has the longer run. */
const PAIRS = Number(process.env.ISTIO_NAT_DIFF_PAIRS ?? 10);
/** The same every time in `npm test`, so that a red run means a change; the longer runs choose others. */
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20260701);
/** One pair alone, by the number that a failure names. */
const ONLY = process.env.ISTIO_NAT_DIFF_ONLY;

const FORMS: readonly Form[] = [
  ...VARIANTS.flatMap((variant) => FAMILIES.map((family) => ({ variant, family }))),
  { variant: 'native' },
];

kernelTests('diff and the kernel agree on random changes of random rules', () => {
  let stage: Stage;
  const counts = new Counts();
  const schema = JSON.parse(readFileSync(new URL('../../schema/diff.schema.json', import.meta.url), 'utf8'));
  const validate = new Ajv({ strict: true }).compile(schema);
  beforeAll(async () => {
    stage = await createStage();
  });
  afterAll(async () => {
    await stage?.pod.remove();
    process.stdout.write(`${counts.text()}\nseed ${SEED}\n`);
  });

  it.each(FORMS)('%o', { timeout: 7_200_000 }, async (form) => {
    const { pod } = stage;
    await pod.flush();
    const failures: string[] = [];
    for (let number = FORMS.indexOf(form); number < PAIRS; number += FORMS.length) {
      if (ONLY !== undefined && Number(ONLY) !== number) continue;
      const seed = SEED + number * 7919;
      const pair = await loadedPair(pod, form, seed, (why) => counts.add(`refused: ${reasonOf(why)}`));
      const { answer, wrong } = await contradictions(stage, form, pair, seed, counts);
      validate(answer.report);
      if (validate.errors) failures.push(`pair ${number}: ${JSON.stringify(validate.errors)}`);
      expect(diffTable(answer, { color: false, width: 100 })).toMatch(/\S/);
      if (wrong.length > 0)
        failures.push(`pair ${number}, ${pair.name}: ${wrong.length}\n${wrong[0]}\n${changeOf(pair)}`);
    }
    expect(failures.length, failures.slice(0, 10).join('\n\n')).toBe(0);
  });
});

/** What a tool said, without the rules that it said it about. */
function reasonOf(why: string): string {
  const said = why.split('\nits input', 1)[0] ?? '';
  return (
    said
      .replace(/^\S+ .*?exited with \d+: /s, '')
      .split('\n', 1)[0]
      ?.replace(/line \d+|[0-9]+/g, '') ?? ''
  );
}

/** The lines that make the difference. */
function changeOf({ shown: { before, after } }: Pair): string {
  const [old, now] = [before, after].map((text) => text.split('\n').filter((line) => !line.startsWith('#')));
  const gone = (old ?? []).filter((line) => !now?.includes(line)).map((line) => `- ${line}`);
  const added = (now ?? []).filter((line) => !old?.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...added].join('\n');
}
