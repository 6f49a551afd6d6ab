import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Journey } from '../../src/flow/types.ts';
import { createPod, ISTIO_STAND_INS, type KernelPod, kernelTests } from '../kernel/index.ts';
import { type Count, disagreements } from './flow/agree.ts';
import { otherLandings } from './flow/landings.ts';
import { livesOf } from './flow/lives.ts';
import { program, recorded, SAMPLE } from './flow/subjects.ts';

const subjects = process.env.ISTIO_NAT_FULL_FLOW === '1' ? [...SAMPLE, ...recorded()] : SAMPLE;

kernelTests('every step of a life is one that the kernel takes', () => {
  let pod: KernelPod;
  const count: Count = { packets: 0, steps: 0, open: 0, unobservable: {} };
  beforeAll(async () => {
    pod = await createPod({ interfaces: ['net1'], passthroughIpv6: true });
  });
  afterAll(async () => {
    await pod?.remove();
    process.stdout.write(`flow: ${subjects.length} layouts, ${JSON.stringify(count)}\n`);
  });

  it.each(subjects)('$name', { timeout: 60_000 }, async (subject) => {
    const lives = livesOf(subject);
    expect(lives.filter(isWrong)).toEqual([]);
    await program(pod, subject);
    expect(await disagreements(pod, subject, lives, count)).toEqual([]);
  });
});

kernelTests('a connection gets to who is told to get it', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod({ passthroughIpv6: true });
    await pod.listen(ISTIO_STAND_INS);
  });
  afterAll(() => pod?.remove());
  // TPROXY needs transparent listeners and routing: connections.test.ts.
  const redirecting = SAMPLE.filter(({ config }) => config.interceptionMode === 'REDIRECT');
  const some =
    process.env.ISTIO_NAT_FULL_FLOW === '1' ? redirecting : redirecting.filter((_, index) => index % 2 === 0);

  it.each(some)('$name', { timeout: 60_000 }, async (subject) => {
    await program(pod, subject);
    expect(await otherLandings(pod, livesOf(subject))).toEqual([]);
  });
});

/**
 * Nothing goes wrong where the rules are as they should be. In one case the layout itself is wrong: in TPROXY mode the
 * agent runs as root and is told by its group, whose rule (unlike that of the uid) does not spare port 53 on lo.
 */
function isWrong({ intended, name, end, steps }: Journey): boolean {
  const hooks = steps.filter(({ program }) => program === undefined);
  const agentRecaptured = name === 'dns-tcp' && end === 'loop' && hooks.every((step) => step.intended === 'yes');
  return intended === 'no' && !agentRecaptured;
}
