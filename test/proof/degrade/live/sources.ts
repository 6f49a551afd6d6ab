import type { Capture } from '../../../../src/collect/capture.ts';
import { defaultConfig, expectedRouting } from '../../../../src/layout/index.ts';
import * as scenarios from '../../../diagnose/recorded.ts';
import { createPod, ISTIO_STAND_INS, type KernelPod, type StandIn } from '../../../kernel/index.ts';
import type { Dice } from '../../symbolic/dice.ts';
import { anyFault, type Faulty } from '../faults.ts';
import { anySource } from '../pods.ts';
import { type Captures, capturesOf, remembered } from './capturing.ts';
import { capturedScene, SCENES } from './scenes.ts';

/** A pod as a live look finds it, with all rights and with fewer. */
export interface LivePod extends Pick<Faulty, 'id' | 'fault' | 'config' | 'configFile'> {
  readonly captures: Captures;
}

/** A recorded look at a pod of the project's own fixtures. */
export function anyRecordedLook(dice: Dice): LivePod {
  const { name, variant, config, files } = dice.pick(
    scenarios.recordings().filter((one) => 'capture.json' in one.files),
  );
  const capture = JSON.parse(files['capture.json'] ?? '') as Capture;
  const pod = { id: `scenario ${name} ${variant}`, fault: 'none', configFile: JSON.stringify(config) };
  return { ...pod, config: config as unknown as Faulty['config'], captures: { all: capture } };
}

/** A pod with processes that are connected to each other. */
export async function anySceneLook(dice: Dice): Promise<LivePod> {
  const name = dice.pick(Object.keys(SCENES));
  const captures = await capturedScene(name);
  const given = { istioVersion: '1.28.10', enableIpv6: true, ...SCENES[name]?.inputs };
  const config = { ...defaultConfig('1.28.10'), ...given };
  return { id: name, fault: 'none', config, configFile: JSON.stringify(given), captures };
}

/** Any pod with its listeners in a kernel, looked at with all rights and with fewer; null when it cannot be made. */
export async function anyLook(dice: Dice): Promise<LivePod | null> {
  const pod = anyFault(anySource(dice), dice);
  const listeners = standInsOf(pod).filter(() => !dice.oneIn(30));
  const captures = await remembered([pod.rules, pod.configFile, listeners], () => looked(pod, listeners)).catch(
    () => null,
  );
  return captures && { ...pod, captures };
}

/** ztunnel is root, and takes its connections as root. */
function standInsOf({ config }: Faulty): readonly StandIn[] {
  const agent = { name: 'agent', protocol: 'tcp', port: 15020, uid: 1337, gid: 1337 } as const;
  if (config.dataplane !== 'ambient') return [...ISTIO_STAND_INS, agent];
  return ISTIO_STAND_INS.map((one) => (one.uid === 1337 ? { ...one, uid: 0, gid: 0 } : one));
}

async function looked(source: Faulty, listeners: readonly StandIn[]): Promise<Captures> {
  await using pod = await createPod();
  await pod.listen(listeners);
  const { rules, routes } = expectedRouting(source.config);
  for (const { family, text, priority } of rules) {
    await ip(pod, family, `rule add ${text.replace('from all ', '')} pref ${priority}`);
  }
  for (const { family, text, table } of routes) await ip(pod, family, `route add ${text} table ${table}`);
  for (const { holder, family, text } of source.rules) {
    if (holder === 'native') await pod.nft(text);
    else await pod.restore(holder === 'iptables-nft' ? 'nft' : 'legacy', family === 'ipv6' ? 'ipv6' : 'ipv4', text);
  }
  return await capturesOf(pod);
}

async function ip(pod: KernelPod, family: string, words: string): Promise<void> {
  const { exitCode, stderr } = await pod.exec(['ip', family === 'ipv6' ? '-6' : '-4', ...words.split(' ')]);
  if (exitCode !== 0) throw new Error(`ip ${words}: ${stderr}`);
}
