import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluatePacket, Hooks } from '../../src/evaluate/packet.ts';
import { buildLayout } from '../../src/layout/index.ts';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import type { Packet } from '../../src/model/packet.ts';
import { createPod, disagreement, type KernelPod, kernelTests, type Observation } from '../kernel/index.ts';
import { allCases, type Case, sampleOf } from './layouts/cases.ts';
import { minorOf } from './layouts/kind.ts';
import { load } from './layouts/load.ts';
import { type PacketName, packetsOf } from './layouts/packets.ts';

const cases = process.env.ISTIO_NAT_FULL_KERNEL === '1' ? allCases() : sampleOf(allCases());

kernelTests('a layout does to packets what Istio means it to do', () => {
  let pod: KernelPod;
  const pairs = { compared: 0, open: 0 };
  beforeAll(async () => {
    pod = await createPod({ interfaces: ['net1'], passthroughIpv6: true });
  });
  afterAll(async () => {
    await pod?.remove();
    process.stdout.write(`layouts: ${cases.length} layouts, ${JSON.stringify(pairs)}\n`);
  });
  let programmed: string | null = null;

  it.each(cases)('$name', async (one) => {
    const families = one.kind.families ?? (one.config.enableIpv6 ? FAMILIES : (['ipv4'] as const));
    const ruleset = buildLayout(one.config);
    if (programmed !== one.variant) await pod.flush();
    programmed = one.variant;
    await load(pod, ruleset, one.variant, FAMILIES);
    const hooks = new Hooks(ruleset);
    for (const family of families) await prove(one, family, hooks);
  });

  async function prove({ name, kind, config }: Case, family: Family, hooks: Hooks) {
    const minor = minorOf(config.istioVersion);
    const intent = kind.intent(minor, family, config.backend);
    const names = Object.keys(intent) as PacketName[];
    const packets = packetsOf(family);
    const observed = await pod.observeAll(names.map((one) => packets[one]));
    const wrong = names.flatMap((one, i) => {
      const seen = observed[i];
      const packet = packets[one];
      if (seen?.kind !== 'observed') return [`${one}: ${seen?.because}`];
      const { verdict } = evaluatePacket(hooks, packet);
      const isOpen = verdict.kind === 'undetermined';
      pairs[isOpen ? 'open' : 'compared'] += 1;
      if (isOpen && !kind.open?.(minor)) return [`${one}: undetermined because ${verdict.because}`];
      const otherwise = disagreement(packet, verdict, seen);
      if (otherwise !== null) return [`${one}: computed ${otherwise}`];
      const became = outcome(packet, seen);
      return became === intent[one] ? [] : [`${one}: ${became} instead of ${intent[one]}`];
    });
    expect(wrong, `${name} ${family}`).toEqual([]);
  }
});

/** What became of a packet, in the words of `Intent`. */
function outcome(packet: Packet, { verdict, mark, ctZone }: Observation): string {
  const where =
    'port' in verdict && verdict.port !== undefined ? ` ${verdict.port}` : 'to' in verdict ? ` ${verdict.to}` : '';
  const marked = mark !== null && mark !== (packet.mark ?? 0) ? ` mark ${mark}` : '';
  return `${verdict.kind}${where}${marked}${ctZone ? ` zone ${ctZone}` : ''}`;
}
