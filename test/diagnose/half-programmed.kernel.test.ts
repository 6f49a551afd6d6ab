import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { printRule } from '../../src/print/iptables/index.ts';
import { check } from '../asked.ts';
import { type Command, commandsOf, programmedBy } from '../infer/programming.ts';
import { createPod, type KernelPod, kernelTests, VARIANTS, type Variant } from '../kernel/index.ts';
import { chainsOfLayout, chainsOfSave } from '../layout/chains.ts';
import { savedTexts } from '../observe/saved.ts';
import { loudCodes } from './causes/judged.ts';
import { runStep, stepsOf } from './remedy-effects.ts';

const DNS = { redirectDns: true, dnsServersV4: ['10.96.0.10'] } as const;
/** How many rules the first run of istio-init had written when it was killed. */
const PODS: readonly (readonly [string, Partial<Config>, number])[] = [
  ['1.4.10', {}, 9],
  ['1.6.14', { interceptionMode: 'TPROXY' }, 14],
  ['1.11.8', { interceptionMode: 'TPROXY' }, 10],
  ['1.12.9', DNS, 20],
  ['1.23.6', DNS, 28],
  ['1.28.10', { ...DNS, interceptionMode: 'TPROXY', dropInvalid: true }, 30],
];
const all = PODS.flatMap(([release, inputs, killedAt]) =>
  VARIANTS.map((variant) => ({ release, inputs, killedAt, variant })),
);

kernelTests('a layout that was begun by one run and written by the next', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod();
  });
  afterAll(() => pod.remove());

  it.each(all)('$release $inputs ($variant): only copies go, and the layout stays', async (one) => {
    const { release, inputs, killedAt, variant } = one;
    const config: Config = { ...defaultConfig(release), enableIpv6: true, ...inputs };
    const commands = commandsOf(config).filter(({ family }) => family === 'ipv4');
    const written = [...commands.slice(0, killedAt), ...commands];
    await pod.flush();
    await programByCommands(pod, variant, written);
    const twice = await pod.readBack(variant, 'ipv4');
    expect(chainsOfSave(twice)).toEqual(chainsOfLayout(programmedBy(written), 'ipv4'));
    const report = await judged(twice);
    expect([report.verdict, loudCodes(report)]).toEqual(['degraded', ['NAT0108']]);
    for (const step of stepsOf(report)) await runStep(pod, step);
    const mended = await pod.readBack(variant, 'ipv4');
    expect(chainsOfSave(mended)).toEqual(chainsOfLayout(expectedRuleset(config), 'ipv4'));
    const after = await judged(mended);
    expect([after.verdict, loudCodes(after)]).toEqual(['healthy', []]);
  });
});

function judged(text: string) {
  const request = { source: { kind: 'rules' as const, files: ['rules'] }, config: { flags: {}, env: {} } };
  return check({ ...request, toolVersion: '0' }, savedTexts({ rules: text }));
}

/** Each rule by a command of its own, as the script gave them and a killed program leaves them. */
async function programByCommands(pod: KernelPod, variant: Variant, commands: readonly Command[]): Promise<void> {
  const tables = [...new Set(commands.map(({ table }) => table))];
  for (const table of tables) {
    const own = commands.filter((command) => command.table === table);
    const named = own.flatMap(({ chain, rule }) => [
      chain,
      ...rule.targets.flatMap((to) => ('chain' in to ? to.chain : [])),
    ]);
    const chains = [...new Set(named)].filter((chain) => chain.startsWith('ISTIO_'));
    const lines = own.map(({ chain, position, rule }) => {
      const text = printRule({ ...rule, index: 0, origin: { source: 'test', line: 0 }, text: '' }, chain);
      return position === null ? text : text.replace(`-A ${chain}`, `-I ${chain} ${position}`);
    });
    const input = [`*${table}`, ...chains.map((chain) => `-N ${chain}`), ...lines, 'COMMIT', ''].join('\n');
    const result = await pod.exec([`iptables-${variant}-restore`, '--noflush'], input);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  }
}
