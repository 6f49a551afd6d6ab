import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { classesOf } from '../../src/evaluate/classes.ts';
import { evaluatePacket, Hooks } from '../../src/evaluate/packet.ts';
import { unreachedRules } from '../../src/evaluate/unreached.ts';
import { HookReach } from '../../src/evaluate/unreached-hook.ts';
import { buildLayout } from '../../src/layout/index.ts';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import type { Packet } from '../../src/model/packet.ts';
import type { Rule, Ruleset } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { isComparable } from '../evaluate/comparable.ts';
import { arbitraryPacket, arbitraryRules } from '../evaluate/random/index.ts';
import {
  createPod,
  disagreement,
  type KernelPod,
  kernelTests,
  type PathStep,
  POD_IPV4,
  POD_IPV6,
  VARIANTS,
  type Variant,
} from '../kernel/index.ts';
import { allCases, sampleOf } from './layouts/cases.ts';
import { load } from './layouts/load.ts';

const RULESETS = Number(process.env.ISTIO_NAT_FLOW_RULESETS ?? 3);
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20260701);
const PACKETS = 20;
const HOOKS = ['PREROUTING', 'OUTPUT'] as const;
const HOME = { ipv4: POD_IPV4, ipv6: POD_IPV6 } as const;
const layouts =
  process.env.ISTIO_NAT_FULL_KERNEL === '1' ? allCases() : sampleOf(allCases()).filter((_, i) => i % 8 === 3);

kernelTests('what is said of all packets holds in the kernel', () => {
  let pod: KernelPod;
  const counted = { witnesses: 0, unobservable: 0, open: 0, dead: 0, alive: 0 };
  beforeAll(async () => {
    pod = await createPod({ interfaces: ['net1'], passthroughIpv6: true });
  });
  afterAll(async () => {
    await pod?.remove();
    process.stdout.write(`flow: ${JSON.stringify(counted)}, seed ${SEED}\n`);
  });

  it.each(layouts)('classes of $name', { timeout: 3_600_000 }, async ({ config, variant }) => {
    const ruleset = buildLayout(config);
    await pod.flush();
    await load(pod, ruleset, variant, FAMILIES);
    const before = counted.witnesses;
    for (const family of FAMILIES) await classesHold(ruleset, family, '');
    expect(counted.witnesses - before).toBeGreaterThan(4);
  });

  const cases = VARIANTS.flatMap((variant) => FAMILIES.map((family) => [variant, family] as const));
  it.each(cases)('random rules, %s %s', { timeout: 3_600_000 }, async (variant, family) => {
    await pod.flush();
    const packets = fc.array(arbitraryPacket(family).filter(canExist), { minLength: PACKETS, maxLength: PACKETS });
    for (const [text, some] of fc.sample(fc.tuple(arbitraryRules(family), packets), {
      numRuns: RULESETS,
      seed: SEED,
    })) {
      const ruleset = await loaded(variant, family, text);
      await classesHold(ruleset, family, text);
      await rulesHold(ruleset, family, some, text);
    }
    expect(counted.alive).toBeGreaterThan(0);
  });

  async function loaded(variant: Variant, family: Family, text: string): Promise<Ruleset> {
    await pod.restore(variant, family, text);
    const options = { source: 'generated', family, backend: `iptables-${variant}` } as const;
    return { tables: parseIptables(text, options).tables };
  }

  /** Every class is shown by its witness. Drops on the way behind the hook are not seen by the harness. */
  async function classesHold(ruleset: Ruleset, family: Family, text: string): Promise<void> {
    const hooks = new Hooks(ruleset);
    for (const hook of HOOKS) {
      const proxy = { uids: [1337], gids: [1337] };
      const scope = { family, hook, state: 'NEW', proxy, localAddresses: [HOME[family]] } as const;
      const { classes, open } = classesOf(ruleset, scope);
      counted.open += open.length;
      const observed = await pod.observeAll(classes.map(({ witness }) => witness));
      for (const [i, { witness, trace }] of classes.entries()) {
        const seen = observed[i];
        const { verdict } = evaluatePacket(hooks, witness);
        const seenHere = verdict.kind === trace.verdict.kind && isComparable(witness, verdict, text);
        if (seen?.kind !== 'observed' || !seenHere) {
          counted.unobservable += 1;
          continue;
        }
        counted.witnesses += 1;
        const why = disagreement(witness, verdict, seen);
        if (why !== null) throw new Error(`${why} ${JSON.stringify(witness)}\n${text}`);
      }
    }
  }

  /** No packet meets a rule that is said to be dead; all others are met by a packet of ours. */
  async function rulesHold(ruleset: Ruleset, family: Family, packets: readonly Packet[], text: string): Promise<void> {
    const { unreached, unfollowed } = unreachedRules(ruleset);
    if (unfollowed.length > 0) return;
    const dead = new Set(unreached.map(({ where }) => `${where.table.name} ${where.chain.name} ${where.rule.index}`));
    counted.dead += dead.size;
    const hooks = new Hooks(ruleset);
    const reaches = HOOKS.map(
      (hook) => new HookReach(ruleset, hooks, family, hook, { localAddresses: [HOME[family]] }),
    );
    const shown = ruleset.tables.flatMap((table) =>
      table.chains.flatMap((chain) =>
        chain.rules.flatMap((rule) => {
          if (looksLikeTheEnd(rule)) return [];
          const reach = reaches.find((one) => one.isMet(rule));
          const witness = reach?.witnessOf(rule);
          return witness?.sure ? [{ name: `${table.name} ${chain.name} ${rule.index}`, packet: witness.packet }] : [];
        }),
      ),
    );
    const observed = await pod.traceAll([...packets, ...shown.map(({ packet }) => packet)]);
    for (const [i, seen] of observed.entries()) {
      // A trace without even a policy was not recorded.
      if (seen.kind !== 'observed' || seen.path.length === 0) continue;
      const met = seen.path.filter(isRule).map(({ table, chain, index }) => `${table} ${chain} ${index}`);
      for (const name of met)
        if (dead.has(name))
          throw new Error(
            `${name} was met by ${JSON.stringify([...packets, ...shown.map((one) => one.packet)][i])}\n${text}`,
          );
      const wanted = shown[i - packets.length];
      // The trace of a table is sometimes not recorded at all.
      const traced = seen.path.some(({ table }) => wanted?.name.startsWith(`${table} `));
      if (!wanted || !traced || evaluatePacket(hooks, wanted.packet).verdict.kind === 'undetermined') continue;
      // What comes behind the hook (INPUT, POSTROUTING) is not traced.
      if (/ (INPUT|POSTROUTING)/.test(wanted.name) || met.includes(wanted.name)) {
        counted.alive += met.includes(wanted.name) ? 1 : 0;
        continue;
      }
      throw new Error(
        `${wanted.name} is not met by ${JSON.stringify(wanted.packet)}, which met ${met.join(', ')}\n${text}`,
      );
    }
  }
});

/** The harness can make packets from outside that carry a mark, and new connections that have one; nobody else can. */
function canExist({ hook, inInterface, mark = 0, connmark = 0, ctState = 'NEW' }: Packet): boolean {
  const fromOutside = hook === 'PREROUTING' && inInterface !== 'lo';
  return !(fromOutside && mark !== 0) && !(connmark !== 0 && ['NEW', 'INVALID', 'UNTRACKED'].includes(ctState));
}

/** xt's trace calls a RETURN, and a verdict without conditions, the end or the policy of its chain (ip_tables.c). */
function looksLikeTheEnd({ matches, targets }: Rule): boolean {
  return targets.some(
    ({ kind }) => kind === 'return' || (matches.length === 0 && (kind === 'accept' || kind === 'drop')),
  );
}

function isRule({ kind, table }: PathStep): boolean {
  return kind === 'rule' && table !== '';
}
