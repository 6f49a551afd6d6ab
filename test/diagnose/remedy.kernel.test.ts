import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { CheckReport } from '../../src/diagnose/report.ts';
import type { Family } from '../../src/model/family.ts';
import { createPod, type KernelPod, kernelTests, VARIANTS } from '../kernel/index.ts';
import { checkRecording, type Recorded, recordings } from './recorded.ts';

const FILES: Readonly<Record<Family, string>> = { ipv4: 'rules.v4.save', ipv6: 'rules.v6.save' };

/** Codes that are about single rules. Wrong orders, policies and whole layouts are mended by a new pod. */
const SINGLE_RULES = /^NAT(010[1248]|0111|0114|02|0301|0304|0305|0307|0401|0402|0501)/;

/** Recordings whose faults are all in rules of iptables, each with a remedy of single commands. */
const MENDED = recordings().filter(
  ({ twin, files, codes }) =>
    twin !== null && FILES.ipv4 in files && !('ruleset.nft' in files) && codes.some((code) => SINGLE_RULES.test(code)),
);

kernelTests('the commands of a remedy', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod();
  });
  afterAll(() => pod.remove());
  beforeEach(() => pod.flush());

  it.each(MENDED)('mend $name $variant', async (recorded) => {
    const variant = VARIANTS.find((candidate) => candidate === recorded.variant) ?? 'nft';
    for (const family of ['ipv4', 'ipv6'] as const) {
      const text = recorded.files[FILES[family]];
      if (text !== undefined) await pod.restore(variant, family, text);
    }
    const before = await checkRecording(recorded, 'saved');
    const commands = commandsOf(before);
    if (commands.length === 0) return expect(before.findings.map(({ code }) => code)).toSatisfy(mendedByNewPod);
    for (const command of commands) expect(await pod.exec(command.split(' '))).toMatchObject({ exitCode: 0 });
    expect(await rulesFindings(pod, variant, recorded)).toEqual([]);
  });
});

function commandsOf({ findings }: CheckReport): string[] {
  const lines = findings.flatMap(({ remedy = '' }) => remedy.split('\n'));
  return lines.flatMap((line) => (line.startsWith('In the pod: ') ? [line.slice('In the pod: '.length)] : []));
}

/** DNS capture that was never written has no chains to put single rules into, and an order none to put. */
function mendedByNewPod(codes: readonly string[]): boolean {
  return codes.some((code) => ['NAT0401', 'NAT0210'].includes(code));
}

/** Errors and warnings about rules after the commands. */
async function rulesFindings(pod: KernelPod, variant: 'nft' | 'legacy', recorded: Recorded): Promise<string[]> {
  const files: Record<string, string> = {};
  for (const family of ['ipv4', 'ipv6'] as const) {
    if (FILES[family] in recorded.files) files[FILES[family]] = await pod.readBack(variant, family);
  }
  const { findings } = await checkRecording({ ...recorded, files: { ...files, 'sockets.ss': '' } }, 'saved');
  return findings.filter(({ severity }) => severity !== 'info').map(({ message }) => message);
}
