import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { classesOf } from '../../src/evaluate/classes.ts';
import { evaluatePacket, Hooks } from '../../src/evaluate/packet.ts';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { FAMILIES } from '../../src/model/family.ts';
import type { Packet, PacketHook } from '../../src/model/packet.ts';
import { type Links, linksOf } from '../../src/model/pod.ts';
import { parseIpAddresses } from '../../src/parse/routing/addresses.ts';
import { classWith } from '../evaluate/class-with.ts';
import { packetIn } from '../evaluate/own-addresses.ts';
import { createPod, disagreement, type KernelPod, kernelTests, VARIANTS } from '../kernel/index.ts';
import { load } from './layouts/load.ts';

const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20260701);
const PACKETS = 150;
const HOOKS: readonly PacketHook[] = ['PREROUTING', 'OUTPUT'];

/** A bridge as Docker makes one, and further addresses on either side of 127/8 and in each other's networks. */
const LINKS = [
  'link add docker0 type bridge',
  'link set docker0 up',
  'addr add 172.17.0.1/16 dev docker0',
  'addr add fdee::1/64 dev docker0 nodad',
  'addr add 172.17.3.1/24 dev eth0',
];

const LAYOUTS: readonly (readonly [string, Partial<Config>])[] = [
  ['1.28.10', {}],
  ['1.28.10', { interceptionMode: 'TPROXY' }],
  ['1.20.8', { redirectDns: true, captureAllDns: true, outboundIpRangesExclude: ['172.16.0.0/12'] }],
  ['1.10.6', { outboundIpRangesInclude: ['10.0.0.0/8', '172.17.0.0/24', 'fd00::/8'] }],
];

/** A packet that gets a mark is routed again, and the kernel does not find the way to a link-local address without an interface. */
function isLostOnReroute({ hook, destination }: Packet, { interceptionMode }: Config): boolean {
  return hook === 'OUTPUT' && interceptionMode === 'TPROXY' && destination.startsWith('fe80:');
}

kernelTests('a pod with addresses on several interfaces, on both sides of 127/8', () => {
  let pod: KernelPod;
  let links: Links;
  const counted = { observed: 0, unobservable: 0 };
  beforeAll(async () => {
    pod = await createPod({ passthroughIpv6: true, addresses: ['192.168.9.5', '126.1.2.3', 'fdff::5', '2600::5'] });
    const made = await pod.exec(['ip', '-batch', '-'], `${LINKS.join('\n')}\n`);
    expect(made.stderr).toBe('');
    const shown = await pod.exec(['ip', 'addr', 'show']);
    links = linksOf({ routing: { rules: [], routes: [], ...parseIpAddresses(shown.stdout, { source: 'ip addr' }) } });
    expect(links.interfaces).toEqual(['eth0', 'docker0']);
    expect(links.localAddresses.length).toBeGreaterThan(7);
  });
  afterAll(async () => {
    await pod?.remove();
    process.stdout.write(`own addresses: ${JSON.stringify(counted)}, seed ${SEED}\n`);
  });

  const cases = LAYOUTS.flatMap(([release, inputs]) => VARIANTS.map((variant) => ({ release, inputs, variant })));
  it.each(cases)('$release $inputs, $variant', { timeout: 600_000 }, async ({ release, inputs, variant }) => {
    const config = { ...defaultConfig(release), enableIpv6: true, ...inputs };
    const ruleset = buildLayout(config);
    await pod.flush();
    await load(pod, ruleset, variant, FAMILIES);
    const before = counted.observed;
    for (const family of FAMILIES) {
      for (const hook of HOOKS) {
        const scope = { family, hook, state: 'NEW', proxy: { uids: [1337], gids: [1337] }, ...links } as const;
        const { classes } = classesOf(ruleset, scope);
        // Nobody is on the other side of docker0, to send something in by it.
        const reached = { ...links, interfaces: hook === 'OUTPUT' ? links.interfaces : ['eth0'] };
        const packets = [
          ...classes.map(({ witness }) => witness),
          ...fc.sample(packetIn(reached, hook, family), { numRuns: PACKETS, seed: SEED }),
        ];
        const observed = await pod.observeAll(packets);
        for (const [i, packet] of packets.entries()) {
          const seen = observed[i];
          const found = classWith(classes, packet);
          if (seen?.kind !== 'observed' || found?.roughly || isLostOnReroute(packet, config)) {
            counted.unobservable += 1;
            continue;
          }
          counted.observed += 1;
          const { verdict } = evaluatePacket(new Hooks(ruleset), packet);
          const why = disagreement(packet, verdict, seen);
          if (why !== null) throw new Error(`${why} ${JSON.stringify(packet)}`);
          // The class has the marks of its witness, and they may be others.
          const { mark: _, ctZone: __, ...fate } = found?.trace.verdict ?? { kind: 'no class' };
          const { mark: ___, ctZone: ____, ...own } = verdict;
          expect([packet, fate]).toEqual([packet, own]);
        }
      }
    }
    expect(counted.observed - before).toBeGreaterThan(PACKETS);
  });
});
