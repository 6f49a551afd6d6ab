import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { CheckReport } from '../../src/diagnose/report.ts';
import type { Family } from '../../src/model/family.ts';
import { createPod, type KernelPod, kernelTests, VARIANTS } from '../kernel/index.ts';
import { checkRecording, type Recorded, recordings } from './recorded.ts';

const FILES: Readonly<Record<Family, string>> = { ipv4: 'rules.v4.save', ipv6: 'rules.v6.save' };
const NATIVE = 'ruleset.nft';

/** Codes that are about single rules and policies. Whole layouts are mended by a new pod. */
const SINGLE_RULES = /^NAT(010[1247-9]|0111|0114|02|0301|0304|0305|0307|0401|0402|0501|0903|0904)/;

/** nft deletes by handles, which somebody has to look up. */
const BY_HAND = ' handle N, ';

const faulty = recordings().filter(({ twin, codes }) => twin !== null && codes.some((code) => SINGLE_RULES.test(code)));
const inIptables = faulty.filter(({ files }) => FILES.ipv4 in files && !(NATIVE in files));
const native = faulty.filter(({ files }) => NATIVE in files && !Object.keys(files).some((name) => name === FILES.ipv4));

kernelTests('the commands of a remedy', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod();
  });
  afterAll(() => pod.remove());
  beforeEach(() => pod.flush());

  it.each(inIptables)('mend $name $variant', async (recorded) => {
    const variant = VARIANTS.find((candidate) => candidate === recorded.variant) ?? 'nft';
    for (const family of ['ipv4', 'ipv6'] as const) {
      const text = recorded.files[FILES[family]];
      if (text !== undefined) await pod.restore(variant, family, text);
    }
    const before = await checkRecording(recorded, 'saved');
    const commands = commandsOf(before);
    if (commands.length === 0) return expect(before.findings.map(({ code }) => code)).toSatisfy(mendedByNewPod);
    for (const command of commands) expect(await pod.exec(wordsOf(command))).toMatchObject({ exitCode: 0 });
    const files: Record<string, string> = {};
    for (const family of ['ipv4', 'ipv6'] as const) {
      if (FILES[family] in recorded.files) files[FILES[family]] = await pod.readBack(variant, family);
    }
    expect(await rulesFindings(recorded, files)).toEqual([]);
  });

  it.each(native)('mend $name', async (recorded) => {
    await pod.nft(recorded.files[NATIVE] ?? '');
    const commands = commandsOf(await checkRecording(recorded, 'saved'));
    const asked = commands.filter((command) => command.includes(BY_HAND));
    for (const command of commands.filter((one) => !asked.includes(one))) {
      expect(await pod.exec(wordsOf(command)), command).toMatchObject({ exitCode: 0 });
    }
    if (asked.length > 0) return;
    const listed = await pod.exec(['nft', 'list', 'ruleset']);
    const tables = listed.stdout.split(/^(?=table )/m).filter((table) => !table.includes('istio_nat_probe'));
    expect(await rulesFindings(recorded, { [NATIVE]: tables.join('') })).toEqual([]);
  });

  it('are tried for orders and policies in every place that rules can be in', () => {
    const tried = [...inIptables, ...native].map(({ name }) => name);
    expect(tried).toEqual(expect.arrayContaining(['outbound-redirect-first', 'output-policy-drop']));
    expect(tried).toEqual(
      expect.arrayContaining(['native-redirect-ahead-of-exclusions', 'native-policy-of-others-drop']),
    );
  });
});

/** The words of a command line; nft takes several commands, or braces, in one word between single quotes. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

function commandsOf({ findings }: CheckReport): string[] {
  const lines = findings.flatMap(({ remedy = '' }) => remedy.split('\n'));
  return lines.flatMap((line) => (line.startsWith('In the pod: ') ? [line.slice('In the pod: '.length)] : []));
}

/**
 * DNS capture that was never written, or whose chains were deleted, has no place to put single rules into; and where an
 * exclusion has no effect the configuration is at fault, not the rules.
 */
function mendedByNewPod(codes: readonly string[]): boolean {
  return codes.some((code) => ['NAT0209', 'NAT0401', 'NAT0402'].includes(code));
}

/** Errors and warnings about rules after the commands. */
async function rulesFindings(recorded: Recorded, files: Readonly<Record<string, string>>): Promise<string[]> {
  const { findings } = await checkRecording({ ...recorded, files: { ...files, 'sockets.ss': '' } }, 'saved');
  const aboutRules = findings.filter(({ severity, code }) => severity !== 'info' && code !== 'NAT0902');
  return aboutRules.map(({ message }) => message);
}
