import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  createPod,
  ISTIO_STAND_INS,
  type KernelPod,
  kernelTests,
  PEER_IPV4,
  POD_IPV4,
  VARIANTS,
} from '../../kernel/index.ts';
import { diagnosisOf, podWith, saved } from '../pod-of.ts';

const OUTBOUND = '203.0.113.7';

kernelTests('a rule that stops tracking', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod();
    await pod.listen(ISTIO_STAND_INS);
  });
  afterAll(() => pod.remove());
  beforeEach(() => pod.flush());

  const cases = VARIANTS.flatMap((variant) =>
    (
      [
        ['none', '', true, true],
        ['of answers to callers', '-A OUTPUT -p tcp -m tcp --sport 15006 -j CT --notrack', false, true],
        ['of answers to the application', '-A OUTPUT -p tcp -m tcp --sport 15001 -j NOTRACK', true, false],
        // What the application sends is not redirected either, and answered by whom it went to.
        ['of all that is sent', '-A OUTPUT -p tcp -j NOTRACK', false, true],
        ['of something else', '-A OUTPUT -p udp -m udp --sport 123 -j CT --notrack', true, true],
      ] as const
    ).map(([name, rule, inbound, outbound]) => ({ variant, name, rule, inbound, outbound })),
  );
  it.each(cases)('$variant: $name', async ({ variant, rule, inbound, outbound }) => {
    const text = `${saved({})}\n*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rule}\nCOMMIT\n`;
    await pod.restore(variant, 'ipv4', text);
    expect(await pod.connect({ from: 'peer', to: POD_IPV4, port: 8080, source: PEER_IPV4 })).toMatchObject({
      answered: inbound,
    });
    expect(await pod.connect({ from: 'pod', to: OUTBOUND, port: 443, uid: 1000 })).toMatchObject({
      answered: outbound,
    });
    const { findings } = diagnosisOf(podWith(text));
    const errors = findings.filter(({ severity }) => severity === 'error');
    const told = errors.filter(({ evidence }) => evidence.some((one) => one.kind === 'rule' && one.table === 'raw'));
    expect(told).toHaveLength(inbound && outbound ? 0 : 1);
    expect(errors).toEqual(told);
  });
});
