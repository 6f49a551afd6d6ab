import { buildLayout, expectedRouting } from '../../../src/layout/index.ts';
import { FAMILIES } from '../../../src/model/family.ts';
import type { Packet } from '../../../src/model/packet.ts';
import { createPod, ISTIO_STAND_INS, type KernelPod, type Observed } from '../../kernel/index.ts';
import { load } from '../../proof/layouts/load.ts';
import { configOf, holderOf, type LayoutName } from './layouts.ts';
import type { Printed } from './live.ts';

/** Two pods with the same layout: one that is edited and one that stays as Istio made it. */
export interface Stage {
  readonly layout: LayoutName;
  readonly edited: KernelPod;
  readonly healthy: KernelPod;
  readonly steady: Printed;
  /** What the healthy pod did to packets, by their text: it does the same every time. */
  readonly known: Map<string, Observed>;
}

/** Who answers the kubelet's probes. */
const AGENT = { name: 'agent', protocol: 'tcp', port: 15020, uid: 1337, gid: 1337 } as const;

/** Makes the pods of a layout, both healthy. */
export async function createStage(layout: LayoutName): Promise<Stage> {
  const [edited, healthy] = await Promise.all([podWith(layout), podWith(layout)]);
  return { layout, edited, healthy, steady: new Map(), known: new Map() };
}

async function podWith(layout: LayoutName): Promise<KernelPod> {
  const pod = await createPod({ interfaces: ['net1'], passthroughIpv6: true });
  await pod.listen([...ISTIO_STAND_INS, AGENT]);
  const { rules, routes } = expectedRouting(configOf(layout));
  for (const { family, text, priority } of rules) {
    await ip(pod, family, `rule add ${text.replace('from all ', '')} pref ${priority}`);
  }
  for (const { family, text, table } of routes) await ip(pod, family, `route add ${text} table ${table}`);
  await program(pod, layout);
  return pod;
}

async function ip(pod: KernelPod, family: string, words: string): Promise<void> {
  const { exitCode, stderr } = await pod.exec(['ip', family === 'ipv6' ? '-6' : '-4', ...words.split(' ')]);
  if (exitCode !== 0) throw new Error(`ip ${words}: ${stderr}`);
}

async function program(pod: KernelPod, layout: LayoutName): Promise<void> {
  const holder = holderOf(layout);
  await Promise.all(
    (holder === 'native' ? [FAMILIES] : FAMILIES.map((family) => [family])).map((families) =>
      load(pod, buildLayout(configOf(layout)), holder, families),
    ),
  );
}

/** Undoes whatever was done to the edited pod. All tables go, whatever their names: nft lists some that it cannot delete. */
export async function heal({ edited, layout }: Stage): Promise<void> {
  await edited.unloadProbe();
  await edited.exec(['nft', 'flush', 'ruleset']);
  await program(edited, layout);
}

/** What the kernel does to packets in the edited pod, and in the healthy one. */
export async function observeBoth(
  stage: Stage,
  packets: readonly Packet[],
): Promise<readonly [readonly Observed[], readonly (Observed | undefined)[]]> {
  const { edited, healthy, known } = stage;
  const texts = packets.map((packet) => JSON.stringify(packet));
  const fresh = packets.filter((_, i) => !known.has(texts[i] ?? ''));
  const [now, before] = await Promise.all([edited.observeAll(packets), healthy.observeAll(fresh)]);
  for (const [i, packet] of fresh.entries()) {
    const observed = before[i];
    if (observed) known.set(JSON.stringify(packet), observed);
  }
  return [now, texts.map((text) => known.get(text))];
}

/** Ends both pods. */
export async function removeStage({ edited, healthy }: Stage): Promise<void> {
  await Promise.all([edited.remove(), healthy.remove()]);
}
