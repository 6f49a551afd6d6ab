import { afterAll, beforeAll, expect, it } from 'vitest';
import { kernelTests } from '../kernel/index.ts';
import { Counts } from './diff-kernel/counts.ts';
import { contradictions, type Stage } from './diff-kernel/judge.ts';
import { load } from './diff-kernel/loaded.ts';
import { createStage } from './diff-kernel/stage.ts';
import type { Form } from './diff-kernel/start.ts';
import { layoutOf, TWINS, type Writing } from './diff-twins.ts';

const FORMS: readonly (readonly [Writing, Form])[] = [
  ['iptables', { variant: 'legacy', family: 'ipv4' }],
  ['iptables', { variant: 'nft', family: 'ipv4' }],
  ['native', { variant: 'native' }],
];

kernelTests('harmless edits and their twins, as the kernel sees them', () => {
  let stage: Stage;
  const counts = new Counts();
  beforeAll(async () => {
    stage = await createStage();
  });
  afterAll(() => stage?.pod.remove());

  const cases = TWINS.flatMap((twin, i) => {
    const forms = process.env.ISTIO_NAT_FULL_KERNEL ? FORMS : FORMS.filter((_, at) => at === i % FORMS.length);
    const kinds = ['harmless', 'harmful'] as const;
    return forms.flatMap(([writing, form]) => kinds.map((kind) => ({ ...twin, writing, form, kind })));
  });
  it.each(cases)('$name, $kind ($form.variant)', async ({ kind, writing, form, ...twin }) => {
    await stage.pod.flush();
    const before = layoutOf(twin, writing);
    const after = twin[kind][writing](before);
    const shown = { before: await load(stage.pod, before, form), after: await load(stage.pod, after, form) };
    const sent = counts.of('packets');
    const pair = { text: { before, after }, shown };
    const { answer, wrong } = await contradictions(stage, form, pair, 20260701, counts);
    expect(wrong).toEqual([]);
    expect(answer.report).toMatchObject({ equivalent: kind === 'harmless', undetermined: [] });
    expect(answer.report.differences.length > 0).toBe(kind === 'harmful');
    expect(counts.of('packets') - sent).toBeGreaterThan(kind === 'harmless' ? 200 : 50);
  });
});
