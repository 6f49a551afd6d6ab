import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import type { CheckReport } from '../../src/model/report.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { printNft } from '../../src/print/nft/index.ts';
import { check } from '../asked.ts';
import { createPod, type KernelPod, kernelTests, VARIANTS, type Variant } from '../kernel/index.ts';
import { outsideOf } from './recorded.ts';
import { runStep, type Step, shellWords, stepsOf } from './remedy-effects.ts';

const RELEASE = '1.28.10';
const CANARY = 'x-was-run';
const TOUCH = `$(touch ${CANARY})`;

/** As a pod can choose them: an interface name has 15 bytes, a chain of iptables 28, a comment 255. */
const INTERFACES = [
  'a;id',
  '$(touch x)',
  '`touch x`',
  'a#b',
  'a b',
  'a\\b',
  'a"b',
  "a'b",
  'ünï',
  '-dash',
  '!x',
  '&x|y>z',
  '~',
  '*',
];
const COMMENTS = [
  TOUCH,
  `\`touch ${CANARY}\``,
  `; touch ${CANARY} #`,
  `' ; touch ${CANARY} '`,
  '"',
  '\\',
  '\\"',
  '-x',
  '!',
  '',
  'ünï',
  'a  b',
];
const CHAINS = ['x;y', '`id`', '$(id)', 'h#sh', 'back\\slash', 'quo"te', "sin'gle", 'ünï', 'a&b|c', '*'];
/** Each name with one of the variants in turn; with all when asked, which takes a minute. */
function shared(names: readonly string[], variant: Variant): readonly string[] {
  if (process.env.ISTIO_NAT_FULL_KERNEL === '1') return names;
  return names.filter((_, index) => index % VARIANTS.length === VARIANTS.indexOf(variant));
}

/** These cannot be typed; what they turn into in a listing is not what the rule says. */
const BROKEN = ['a\nb', '\u001b[2J', 'a\tb', '\u202e'];

kernelTests('the commands of a remedy, where the names are made to be pasted', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod();
  });
  afterAll(() => pod.remove());
  beforeEach(async () => {
    // Names that nft does not take cannot be deleted one by one.
    await pod.exec(['nft', 'flush', 'ruleset']);
    await pod.flush();
  });

  const layout = printSave(expectedRuleset(defaultConfig(RELEASE)).tables.filter(({ family }) => family === 'ipv4'));

  async function reportOf(variant: Variant, ...rules: (readonly string[])[]): Promise<CheckReport> {
    await pod.restore(variant, 'ipv4', layout);
    for (const rule of rules)
      expect(await pod.exec([`iptables-${variant}`, '-t', 'nat', ...rule])).toMatchObject({ exitCode: 0 });
    return checked({ 'rules.v4': await pod.readBack(variant, 'ipv4') });
  }

  /** Runs all commands, and looks whether a shell has run anything else. */
  async function runAll(report: CheckReport, wanted: number): Promise<void> {
    const steps = stepsOf(report);
    // A listing that such a name makes unreadable has no verdict, and may have no commands.
    if (report.verdict !== 'undetermined') expect(steps.length, remedies(report)).toBeGreaterThanOrEqual(wanted);
    for (const step of steps) await runStep(pod, step);
    for (const name of [CANARY, 'x']) expect(await pod.exec(['test', '-e', name])).toMatchObject({ exitCode: 1 });
  }

  describe.each(VARIANTS)('in iptables-%s', (variant) => {
    it.each(shared(INTERFACES, variant))('delete the rule of the interface %j', async (name) => {
      const report = await reportOf(
        variant,
        ['-I', 'OUTPUT', '-o', 'lo', '-j', 'LOG'],
        ['-I', 'OUTPUT', '2', '!', '-o', name, '-j', 'ACCEPT'],
      );
      await runAll(report, 1);
      const after = await checked({ 'rules.v4': await pod.readBack(variant, 'ipv4') });
      expect(stepsOf(after)).toEqual([]);
    });

    it.each(shared(COMMENTS, variant))('delete the rule with the comment %j', async (comment) => {
      await runAll(await reportOf(variant, ['-I', 'OUTPUT', '-m', 'comment', '--comment', comment, '-j', 'ACCEPT']), 1);
      expect(stepsOf(await checked({ 'rules.v4': await pod.readBack(variant, 'ipv4') }))).toEqual([]);
    });

    it.each(shared(CHAINS, variant))('delete the rule in and the jump to the chain %j', async (chain) => {
      const report = await reportOf(
        variant,
        ['-N', chain],
        ['-A', chain, '-p', 'tcp', '-j', 'ACCEPT'],
        ['-I', 'OUTPUT', '-j', chain],
      );
      await runAll(report, 1);
      expect(stepsOf(await checked({ 'rules.v4': await pod.readBack(variant, 'ipv4') }))).toEqual([]);
    });

    it('delete several by position, and by what they say, in an order that keeps both right', async () => {
      const accept = (port: number, comment: string) => [
        ...['-p', 'tcp', '--dport', String(port), '-m', 'comment', '--comment', comment, '-j', 'ACCEPT'],
      ];
      const report = await reportOf(
        variant,
        ['-I', 'ISTIO_OUTPUT', '1', ...accept(81, TOUCH)],
        ['-I', 'ISTIO_OUTPUT', '3', ...accept(82, 'plain')],
        ['-I', 'ISTIO_OUTPUT', '5', ...accept(83, "'")],
        ['-D', 'ISTIO_OUTPUT', '-m', 'owner', '--uid-owner', '1337', '-j', 'RETURN'],
        ['-D', 'ISTIO_OUTPUT', '-m', 'owner', '--gid-owner', '1337', '-j', 'RETURN'],
      );
      await runAll(report, 5);
      const after = await checked({ 'rules.v4': await pod.readBack(variant, 'ipv4') });
      expect(after.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    });

    it.each(BROKEN)('hold nothing of the interface or comment %j', async (name) => {
      const report = await reportOf(
        variant,
        ['-I', 'OUTPUT', '-o', name, '-j', 'ACCEPT'],
        ['-I', 'OUTPUT', '-m', 'comment', '--comment', name, '-j', 'ACCEPT'],
      );
      for (const { line } of stepsOf(report)) expectPrintable(line);
    });
  });

  describe('in native nftables', () => {
    const native = printNft(expectedRuleset({ ...defaultConfig(RELEASE), backend: 'nftables' }).tables);
    const drop = { drop: null };

    async function nativeReport(names: { table: string; chain: string }, rules: readonly object[], policy = 'accept') {
      const place = { family: 'inet', table: names.table, chain: names.chain };
      const base = { type: 'filter', hook: 'output', prio: -150, policy };
      const elements = [
        { table: { family: 'inet', name: names.table } },
        { chain: { family: 'inet', table: names.table, name: names.chain, ...base } },
        ...rules.map((rule) => ({ rule: { ...place, ...rule } })),
      ];
      await pod.nft(native);
      const json = JSON.stringify({ nftables: elements.map((add) => ({ add })) });
      expect(await pod.exec(['nft', '-j', json])).toMatchObject({ exitCode: 0 });
      return checkedNative();
    }

    async function checkedNative(): Promise<CheckReport> {
      const { stdout } = await pod.exec(['nft', '-j', 'list', 'ruleset']);
      return checked({ 'rules.json': stdout }, 'nftables');
    }

    const names = [...new Set([...CHAINS, ...INTERFACES, ...BROKEN, 'accept', 'handle', '9', 'plain'])];
    it.each(names)('delete rules from the chain %j of a table of that name', async (name) => {
      await runAll(await nativeReport({ table: name, chain: name }, [{ expr: [drop], comment: TOUCH }]), 1);
      expect(stepsOf(await checkedNative())).toEqual([]);
    });

    it.each(names.filter((name) => name !== 'plain'))('are none for the chain %j, whose policy drops', async (name) => {
      const report = await nativeReport({ table: 'others', chain: name }, [], 'drop');
      expect(stepsOf(report)).toEqual([]);
      const remedies = report.findings.map(({ remedy }) => remedy).join('\n');
      expect(remedies.split('By hand: put a rule at the end of the chain')).toHaveLength(2);
    });

    // A star alone is what nft refuses as an interface.
    it.each([...INTERFACES, ...BROKEN].filter((name) => name !== '*'))(
      'delete the rule of the interface %j',
      async (name) => {
        const left = { meta: { key: 'oifname' } };
        const other = { match: { op: '!=', left, right: name } };
        await runAll(
          await nativeReport({ table: 'others', chain: 'out' }, [{ expr: [other, drop], comment: name }]),
          1,
        );
        expect(stepsOf(await checkedNative())).toEqual([]);
      },
    );

    it('put rules back at the head, in the middle and at the end of a chain', async () => {
      await pod.nft(native);
      const listing = (await pod.exec(['nft', '-a', 'list', 'chain', 'inet', 'istio-proxy-nat', 'istio-output']))
        .stdout;
      const handles = [...listing.matchAll(/^\t\t.*# handle (\d+)$/gm)].map(([, handle]) => handle);
      for (const handle of [handles[0], handles[4], handles.at(-1)]) {
        await pod.nft(`delete rule inet istio-proxy-nat istio-output handle ${handle}\n`);
      }
      const report = await checkedNative();
      await runAll(report, 2);
      expect(remedies(report)).toContain('insert rule');
      expect(stepsOf(await checkedNative())).toEqual([]);
    });
  });
});

/** What `check` says about these rules as JSON would have it. */
async function checked(files: Readonly<Record<string, string>>, backend = 'iptables'): Promise<CheckReport> {
  const config = { flags: {}, env: {}, configFile: 'config' };
  const source = { kind: 'rules' as const, files: Object.keys(files) };
  const texts = { ...files, config: JSON.stringify({ istioVersion: RELEASE, backend }) };
  const report = await check({ source, config, toolVersion: '0' }, outsideOf(texts));
  for (const { line } of stepsOf(report)) expectPrintable(line);
  return JSON.parse(JSON.stringify(report)) as CheckReport;
}

function expectPrintable(line: Step['line']): void {
  expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(shellWords(line)[0]).toMatch(/^(ip6?tables(-nft|-legacy)?|nft)$/);
}

function remedies({ findings }: CheckReport): string {
  return findings.map(({ code, remedy }) => `${code} ${remedy}`).join('\n');
}
