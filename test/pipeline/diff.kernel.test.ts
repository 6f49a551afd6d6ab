import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareRulesets, type DifferentClass } from '../../src/evaluate/compare.ts';
import { marksThatMatter, type WatchedMark } from '../../src/evaluate/symbolic/watched.ts';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import type { Packet } from '../../src/model/packet.ts';
import type { Ruleset } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { arbitraryPacket } from '../evaluate/random/index.ts';
import {
  createPod,
  disagreement,
  type KernelPod,
  kernelTests,
  type Observed,
  POD_IPV4,
  POD_IPV6,
  POD_LINK_LOCAL,
  VARIANTS,
  type Variant,
} from '../kernel/index.ts';
import { arbitraryPair, type Pair } from './diff-pairs.ts';

/** Pairs for each variant and family; docs/testing.md has the longer run. */
const PAIRS = Number(process.env.ISTIO_NAT_DIFF_PAIRS ?? 15);
/** The same every time in `npm test`, so that a red run means a change; the longer runs choose others. */
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20260701);
/** Packets that look for a difference where none is reported. */
const PACKETS = 150;

const OWN: Readonly<Record<Family, readonly string[]>> = { ipv4: [POD_IPV4], ipv6: [POD_IPV6, POD_LINK_LOCAL] };

kernelTests('diff and the kernel agree on random changes of random rules', () => {
  let pod: KernelPod;
  const counts = {
    pairs: 0,
    equivalent: 0,
    open: 0,
    classes: 0,
    confirmed: 0,
    invisible: 0,
    unobservable: 0,
    packets: 0,
  };
  beforeAll(async () => {
    pod = await createPod();
  });
  afterAll(async () => {
    await pod?.remove();
    process.stdout.write(`diff: ${JSON.stringify(counts)}, seed ${SEED}\n`);
  });

  const cases = VARIANTS.flatMap((variant) => FAMILIES.map((family) => [variant, family] as const));
  it.each(cases)('%s %s', { timeout: 7_200_000 }, async (variant, family) => {
    await pod.flush();
    const packets = fc.array(arbitraryPacket(family).filter(exists), {
      minLength: PACKETS,
      maxLength: PACKETS,
      size: 'max',
    });
    const property = fc.asyncProperty(arbitraryPair(family), packets, async (pair, some) => {
      const found = await contradictions(variant, family, pair, some);
      expect(found, found.length > 0 ? changeOf(pair) : '').toEqual([]);
    });
    await fc.assert(property, { numRuns: PAIRS, seed: SEED, endOnFailure: true });
  });

  async function contradictions(variant: Variant, family: Family, pair: Pair, some: readonly Packet[]) {
    const [after, before] = [pair.after, pair.before].map((text) => parsed(text, variant, family));
    if (!after || !before) throw new Error('two texts were given');
    const watched = marksThatMatter(after, before);
    const comparisons = (['PREROUTING', 'OUTPUT'] as const).map((hook) =>
      compareRulesets(after, before, { hook, family, localAddresses: OWN[family], watched, classes: 'outcomes' }),
    );
    const different = comparisons.flatMap((one) => one.different);
    const open = comparisons.flatMap((one) => one.open);
    counts.pairs += 1;
    if (open.length > 0) counts.open += 1;
    const witnesses = different.map(({ witness }) => witness);
    if (different.length > 0 || open.length > 0) {
      const [now, then] = await bothWays(variant, family, pair, witnesses);
      return different.flatMap<unknown>((one, i) => refuted(one, now[i], then[i]));
    }
    counts.equivalent += 1;
    counts.packets += some.length;
    const [now, then] = await bothWays(variant, family, pair, some);
    return some.filter((_, i) => {
      const both = [now[i], then[i]];
      // On its way to lo a packet passes the rules of OUTPUT, which may be different ones.
      return both.every((one) => one?.kind === 'observed') && seen(now[i], watched) !== seen(then[i], watched);
    });
  }

  async function bothWays(variant: Variant, family: Family, pair: Pair, packets: readonly Packet[]) {
    await pod.restore(variant, family, pair.after);
    const now = await pod.observeAll(packets);
    await pod.restore(variant, family, pair.before);
    return [now, await pod.observeAll(packets)] as const;
  }

  /** Why the kernel does not bear the difference out. */
  function refuted({ witness, live, expected }: DifferentClass, now: Observed | undefined, then: Observed | undefined) {
    counts.classes += 1;
    if (now?.kind !== 'observed' || then?.kind !== 'observed') {
      counts.unobservable += 1;
      return [];
    }
    const wrong = [disagreement(witness, live.verdict, now), disagreement(witness, expected.verdict, then)];
    const claimed = [live.verdict, expected.verdict];
    if (wrong.some((one) => one !== null)) return [{ witness, claimed, wrong }];
    if (seen(now, 'all') !== seen(then, 'all')) {
      counts.confirmed += 1;
      return [];
    }
    if (!changesNothing(witness, claimed)) return [{ witness, claimed, both: now.verdict }];
    counts.invisible += 1;
    return [];
  }
});

/** What the harness can make and no network can: a mark on what comes in from outside or on a new connection. */
function exists({ hook, inInterface, mark, connmark, ctState }: Packet): boolean {
  if (hook === 'PREROUTING' && inInterface !== 'lo' && mark !== 0) return false;
  return connmark === 0 || ctState === 'ESTABLISHED' || ctState === 'RELATED';
}

/** A redirect to where the packet was going anyway, as far as the pod's only address goes. */
function changesNothing(
  witness: Packet,
  verdicts: readonly { readonly kind: string; readonly port?: number }[],
): boolean {
  return verdicts.every(
    ({ kind, port }) =>
      kind === 'accept' || (kind === 'redirect' && (port ?? witness.destinationPort) === witness.destinationPort),
  );
}

/** The lines that make the difference, and the whole text before. */
function changeOf({ before, after }: Pair): string {
  const [old, now] = [before, after].map((text) => text.split('\n'));
  const gone = (old ?? []).filter((line) => !now?.includes(line)).map((line) => `- ${line}`);
  const added = (now ?? []).filter((line) => !old?.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...added, '', 'before:', before, 'after:', after].join('\n');
}

function parsed(text: string, variant: Variant, family: Family): Ruleset {
  const { tables } = parseIptables(text, { source: 'generated', family, backend: `iptables-${variant}` });
  return { tables };
}

/** What became of a packet, as text: equal texts are no difference that anybody can see. */
function seen(observed: Observed | undefined, watched: readonly WatchedMark[] | 'all'): string {
  if (observed?.kind !== 'observed') return 'unobservable';
  const { verdict, destination, destinationPort, mark, connmark, ctZone, ctState } = observed;
  const marks = { mark, connmark };
  const visible =
    watched === 'all'
      ? marks
      : watched.map(({ field, value, mask }) => marks[field] !== null && (marks[field] & mask) >>> 0 === value);
  return JSON.stringify([verdict, destination, destinationPort, ctZone, ctState, visible]);
}
