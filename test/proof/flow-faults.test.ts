import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPod, ISTIO_STAND_INS, type KernelPod, kernelTests } from '../kernel/index.ts';
import { type Count, disagreements } from './flow/agree.ts';
import { FAULTS, scenario, scenarios } from './flow/faults.ts';
import { livesOf } from './flow/lives.ts';
import { program } from './flow/subjects.ts';

kernelTests('where rules are broken, the life is the one that the kernel gives', () => {
  let pod: KernelPod;
  const count: Count = { packets: 0, steps: 0, open: 0, unobservable: {} };
  const all = process.env.ISTIO_NAT_FULL_FLOW === '1' ? scenarios() : [];
  beforeAll(async () => {
    pod = await createPod();
  });
  afterAll(async () => {
    await pod?.remove();
    process.stdout.write(`flow: ${FAULTS.length + all.length} broken layouts, ${JSON.stringify(count)}\n`);
  });

  it.each(FAULTS)('$scenario', { timeout: 60_000 }, async (fault) => {
    const subject = scenario(fault.scenario);
    const lives = livesOf(subject);
    const life = lives.find(({ name }) => name === fault.journey);
    const wrong = life?.steps.find(({ intended }) => intended === 'no');
    expect(`${wrong?.hook} ${wrong?.chain} ${wrong?.rule?.index ?? 0} ${wrong?.action}`).toBe(fault.wrong);
    expect(life).toMatchObject({ intended: 'no', end: fault.end });
    expect(life?.steps.filter(({ number }) => number < (wrong?.number ?? 0)).map(({ intended }) => intended)).toSatisfy(
      (before: readonly string[]) => before.every((one) => one === 'yes'),
    );

    await program(pod, subject);
    expect(await disagreements(pod, subject, lives, count)).toEqual([]);
  });

  it.each(all)('$name', { timeout: 60_000 }, async (subject) => {
    await program(pod, subject);
    expect(await disagreements(pod, subject, livesOf(subject), count)).toEqual([]);
  });
});

kernelTests('who gets a real connection at the wrong step', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod();
    await pod.listen(ISTIO_STAND_INS);
  });
  afterAll(() => pod?.remove());

  it.each(FAULTS)('$scenario: $landed', async ({ scenario: name, attempt, landed }) => {
    await program(pod, scenario(name));
    expect((await pod.connect({ ...attempt, timeout: 200 })).landed).toBe(landed);
  });
});
