import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import type { CheckReport } from '../../src/model/report.ts';
import { createPod, type KernelPod, kernelTests, type Variant } from '../kernel/index.ts';
import { checkRecording, type Recorded, recordings, waysToRead } from './recorded.ts';
import { runStep, type Step, stepsOf } from './remedy-effects.ts';

const NATIVE = 'ruleset.nft';
const all = recordings().flatMap((recorded) => waysToRead(recorded).map((way) => ({ ...recorded, way })));
const ran: string[] = [];

/**
 * Every command of every remedy of every recording is pasted into a shell in a namespace with the recorded rules. None is
 * left out: whatever else remedies say about kubectl and nsenter is advice with words to be filled in, not a command.
 */
const EVERY = process.env.ISTIO_NAT_FULL_KERNEL === '1';

/** In `npm test` every eighth recording; docs/testing.md has the run of all. */
function sampled<T>(recorded: readonly T[]): readonly T[] {
  return EVERY ? recorded : recorded.filter((_, i) => i % 8 === 0);
}

kernelTests('the commands of a remedy', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod();
  });
  afterAll(() => pod.remove());
  it.each(sampled(all))('do what they say and leave nothing to mend: $name $variant, read $way', async (recorded) => {
    const before = await checkRecording(recorded, recorded.way);
    const steps = stepsOf(before);
    if (steps.length === 0) return;
    const files = await program(pod, recorded);
    await runAll(pod, steps);
    if (recorded.way === 'saved') await expectMended(pod, recorded, files, before);
  });

  const native = all.filter(({ files, way }) => way === 'saved' && NATIVE in files);
  it.each(sampled(native).flatMap((recorded) => (['-j', '-a'] as const).map((option) => ({ ...recorded, option }))))(
    'delete by handle where nft $option lists it: $name',
    async ({ option, ...recorded }) => {
      const files = await program(pod, recorded);
      const { stdout } = await pod.exec(['nft', option, 'list', 'ruleset']);
      const before = await checkRecording({ ...recorded, files: { ...recorded.files, [NATIVE]: stdout } }, 'saved');
      const steps = stepsOf(before);
      expect(steps.filter(({ lookUp }) => lookUp !== undefined)).toEqual([]);
      await runAll(pod, steps);
      await expectMended(pod, recorded, files, before);
    },
  );

  it.runIf(EVERY)('were of every kind, in every place that rules can be in', () => {
    for (const tool of ['iptables-nft', 'iptables-legacy', 'ip6tables-nft', 'ip6tables-legacy']) {
      for (const option of ['-D', '-I'])
        expect(ran).toContainEqual(expect.stringMatching(`^${tool} -t [a-z]+ ${option} `));
    }
    for (const start of ['delete rule', 'add rule', 'flush chain']) {
      expect(ran).toContainEqual(expect.stringMatching(`^nft '${start} `));
    }
    expect(ran).toContainEqual(expect.stringMatching('^iptables-nft -t filter -A INPUT -i lo '));
    expect(ran).toContainEqual(expect.stringMatching('^ip rule add '));
    expect(ran).toContainEqual(expect.stringMatching('^ip -6 route add '));
  });
});

async function runAll(pod: KernelPod, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    await runStep(pod, step);
    ran.push(step.line);
  }
}

/** The commands leave none to be run, and nothing of what they were for. */
async function expectMended(
  pod: KernelPod,
  recorded: Recorded,
  files: readonly SaveFile[],
  before: CheckReport,
): Promise<void> {
  const texts: Record<string, string> = { 'sockets.ss': '' };
  for (const { name, variant, family } of files) texts[name] = await pod.readBack(variant, family);
  if (NATIVE in recorded.files) texts[NATIVE] = (await pod.exec(['nft', 'list', 'ruleset'])).stdout;
  const after = await checkRecording({ ...recorded, files: texts }, 'saved');
  expect(stepsOf(after)).toEqual([]);
  const mended = before.findings.filter((finding) => stepsOf({ findings: [finding] }).length > 0);
  const left = after.findings.filter(({ message }) => mended.some((finding) => finding.message === message));
  expect(left).toEqual([]);
}

/** A recorded `iptables-save`. */
interface SaveFile {
  readonly name: string;
  readonly variant: Variant;
  readonly family: Family;
}

async function program(pod: KernelPod, { files }: Recorded): Promise<SaveFile[]> {
  await pod.flush();
  await forgetRouting(pod);
  const saves = Object.entries(files).filter(([name]) => name.endsWith('.save'));
  const programmed = saves.map(([name, text]): SaveFile => {
    const variant = text.includes('(nf_tables)') || text.includes('tables-nft-save') ? 'nft' : 'legacy';
    return { name, variant, family: name.includes('.v6.') ? 'ipv6' : 'ipv4' };
  });
  for (const { name, variant, family } of programmed) await pod.restore(variant, family, files[name] ?? '');
  if (files[NATIVE] !== undefined) await pod.nft(files[NATIVE]);
  return programmed;
}

async function forgetRouting(pod: KernelPod): Promise<void> {
  const gone = [
    ['rule', 'flush', 'table', '100'],
    ['rule', 'flush', 'table', '133'],
    ['route', 'flush', 'table', '100'],
    ['route', 'flush', 'table', '133'],
  ];
  for (const family of FAMILIES) {
    for (const words of gone) await pod.exec(['ip', family === 'ipv6' ? '-6' : '-4', ...words]);
  }
}
