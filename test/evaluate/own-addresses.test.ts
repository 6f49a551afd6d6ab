import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classesOf } from '../../src/evaluate/classes.ts';
import { compareRulesets } from '../../src/evaluate/compare.ts';
import { evaluatePacket, Hooks, type Trace } from '../../src/evaluate/packet.ts';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import { FAMILIES } from '../../src/model/family.ts';
import type { Packet, PacketHook, Verdict } from '../../src/model/packet.ts';
import { type Links, linksOf } from '../../src/model/pod.ts';
import { anyConfig } from '../infer/arbitrary.ts';
import { describes } from '../pipeline/diff-kernel/words.ts';
import { mutate, mutations } from '../proof/symbolic/mutate.ts';
import { classWith } from './class-with.ts';
import { anyLinks, packetIn } from './own-addresses.ts';

const RUNS = Number(process.env.ISTIO_NAT_SYMBOLIC_RUNS ?? 15);
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20260701);
const PACKETS = 80;
const HOOKS: readonly PacketHook[] = ['PREROUTING', 'OUTPUT'];
const PLACES = FAMILIES.flatMap((family) => HOOKS.map((hook) => ({ family, hook })));

/** Layouts and links, with packets of those links. */
const cases = ({ family, hook }: (typeof PLACES)[number]) =>
  fc.tuple(anyConfig, anyLinks, fc.integer()).map(([config, links, seed]) => ({
    config,
    links,
    packets: fc.sample(packetIn(links, hook, family), { numRuns: PACKETS, seed }),
  }));

/** Where a packet goes, which is what classes are told by: not what marks it gets on the way. */
function placeOf({ mark: _, ctZone: __, ...place }: Verdict): object {
  return place;
}

/** What a comparison looks at that is told to watch no marks. */
function fateOf(trace: Trace | undefined): string {
  const { mark: _, ...fate } = trace?.verdict ?? {};
  return JSON.stringify(fate);
}

describe('where the addresses of a pod are known', () => {
  it.each(PLACES)('the classes say of every packet what trace says, $family $hook', { timeout: 600_000 }, (place) => {
    let told = 0;
    const property = fc.property(cases(place), ({ config, links, packets }) => {
      const ruleset = buildLayout(config);
      const hooks = new Hooks(ruleset);
      const proxy = { uids: config.proxyUid, gids: config.proxyGid };
      const { classes, open } = classesOf(ruleset, { ...place, state: 'NEW', proxy, ...links });
      expect(open).toEqual([]);
      for (const packet of packets) {
        const found = classWith(classes, packet);
        if (found?.roughly) continue;
        told += 1;
        const way = evaluatePacket(hooks, packet, { reach: 'arrival' });
        expect([packet, found && placeOf(found.trace.verdict)]).toEqual([packet, placeOf(way.verdict)]);
      }
    });
    fc.assert(property, { numRuns: RUNS, seed: SEED });
    expect(told).toBeGreaterThan(RUNS * 40);
  });

  it.each(PLACES)('differences are those that trace shows, $family $hook', { timeout: 600_000 }, (place) => {
    const property = fc.property(cases(place), mutations, ({ config, links, packets }, changes) => {
      const expected = buildLayout(config);
      const live = mutate(expected, changes);
      const scope = { ...place, ...links, watched: [], classes: 'outcomes' } as const;
      const { different, open } = compareRulesets(live, expected, scope);
      if (open.length > 0) return;
      for (const packet of packets) {
        const isIn = different.some(({ packets: words }) => describes(words, packet));
        const [a, b] = [live, expected].map((rules) => evaluatePacket(new Hooks(rules), packet, { reach: 'arrival' }));
        expect([packet, isIn]).toEqual([packet, fateOf(a) !== fateOf(b)]);
      }
    });
    fc.assert(property, { numRuns: RUNS, seed: SEED });
  });

  it.each(PLACES)('witnesses use interfaces of the pod, $family $hook', { timeout: 600_000 }, (place) => {
    const property = fc.property(anyConfig, anyLinks, mutations, (config, links, changes) => {
      const expected = buildLayout({ ...config, excludeInterfaces: [], rerouteVirtualInterfaces: [] });
      const proxy = { uids: config.proxyUid, gids: config.proxyGid };
      const { classes } = classesOf(expected, { ...place, state: 'NEW', proxy, ...links });
      const { different } = compareRulesets(mutate(expected, changes), expected, { ...place, ...links });
      const names = [...classes, ...different].map(({ witness: { inInterface, outInterface } }) =>
        String(inInterface ?? outInterface),
      );
      // Only a rule that was added by a mutation names an interface, and it names eth0 or lo.
      expect(names.filter((name) => name !== 'lo' && !links.interfaces.includes(name))).toEqual([]);
    });
    fc.assert(property, { numRuns: RUNS, seed: SEED });
  });
});

const APPLICATION = { uid: 1000, gid: 1000 } as const;

describe('a pod with addresses on both sides of 127/8', () => {
  const links: Links = linksOf({
    routing: {
      ...{ rules: [], routes: [], interfaces: ['lo', 'eth0', 'docker0'] },
      addresses: [
        { interface: 'lo', family: 'ipv4', address: '127.0.0.1', prefixLength: 8, scope: 'host' },
        { interface: 'eth0', family: 'ipv4', address: '10.244.1.5', prefixLength: 24, scope: 'global' },
        { interface: 'docker0', family: 'ipv4', address: '172.17.0.1', prefixLength: 16, scope: 'global' },
      ],
    },
  });

  it('has its application captured', () => {
    const ruleset = buildLayout(defaultConfig('1.28.10'));
    const proxy = { uids: [1337], gids: [1337] };
    const scope = { family: 'ipv4', hook: 'OUTPUT', state: 'NEW', proxy, ...links } as const;
    const { classes } = classesOf(ruleset, scope);
    const packet: Packet = {
      ...{ family: 'ipv4', hook: 'OUTPUT', protocol: 'tcp', source: '10.244.1.5', sourcePort: 40000 },
      ...{ destination: '203.0.113.10', destinationPort: 443, outInterface: 'eth0', ctState: 'NEW', ...APPLICATION },
    };
    expect(classWith(classes, packet)?.trace.verdict).toEqual({ kind: 'redirect', port: 15001 });
  });
});
