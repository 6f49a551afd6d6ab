import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Infer } from '../../src/commands/infer.ts';
import type { InferReport } from '../../src/infer/report.ts';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { parseConfigFile } from '../../src/parse/config/index.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { printNft } from '../../src/print/nft/index.ts';
import { run } from './run.ts';

const schema: object = JSON.parse(readFileSync(new URL('../../schema/infer.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'istio-nat-infer-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'pod.rules');
  writeFileSync(path, text);
  return path;
}

/** What iptables-save would show of a pod's IPv4 rules. */
function saved(inputs: Partial<Config> = {}): string {
  const { tables } = buildLayout({ ...defaultConfig('1.28.10'), ...inputs });
  return printSave(tables.filter(({ family }) => family === 'ipv4'));
}

async function inferred(text: string, ...flags: string[]): Promise<InferReport> {
  const { stdout, exitCode, stderr } = await run(Infer, ['--rules', file(text), '--json', ...flags]);
  const report = JSON.parse(stdout);
  validate(report);
  expect(validate.errors).toBeNull();
  expect({ exitCode, stderr }).toEqual({ exitCode: report.candidates.length > 0 ? 0 : 3, stderr: '' });
  return report;
}

describe('infer --json', () => {
  it('says range and inputs, in the form of a configuration file', async () => {
    const { candidates } = await inferred(
      saved({ outboundPortsExclude: [3306], redirectDns: true, captureAllDns: true }),
    );
    expect(candidates[0]).toMatchObject({ releases: ['1.25', '1.31'], distance: 0, differences: [], suspicious: [] });
    expect(candidates[0]?.config).toMatchObject({ outboundPortsExclude: '3306', redirectDns: true });
    const { inputs, errors } = parseConfigFile(JSON.stringify(candidates[0]?.config), 'inferred');
    expect(errors).toEqual([]);
    expect(buildLayout({ ...defaultConfig('1.31.0'), ...inputs }).tables.length).toBeGreaterThan(1);
  });

  it('quotes the rules that contradict the best candidate', async () => {
    const fault = '-A ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j RETURN';
    const lost = '-A PREROUTING -p tcp -j ISTIO_INBOUND\n';
    const text = saved().replace(lost, '').replace('-A ISTIO_INBOUND', `${fault}\n-A ISTIO_INBOUND`);
    const { candidates } = await inferred(text);
    expect(candidates[0]).toMatchObject({
      distance: 2,
      differences: [
        { kind: 'missing', table: 'nat', chain: 'PREROUTING', index: 1, text: lost.trim() },
        { kind: 'extra', table: 'nat', chain: 'ISTIO_INBOUND', index: 1, text: fault },
      ],
    });
  });

  it('takes declared inputs as they are', async () => {
    const { candidates } = await inferred(saved(), '--istio-version', '1.24.6', '--inbound-ports-exclude', '8080');
    expect(candidates).toHaveLength(1);
    expect(candidates[0]).toMatchObject({ releases: ['1.24.6', '1.24.6'], distance: 3 });
    const inboundPortsExclude = '15090,15021,8080,15020';
    expect(candidates[0]?.config).toMatchObject({ istioVersion: '1.24.6', inboundPortsExclude });
  });

  it('has one candidate for releases with the same rules, and names those between that differ', async () => {
    const { tables } = buildLayout({ ...defaultConfig('1.9.9'), enableIpv6: true, outboundPortsInclude: [80] });
    const families = (['ipv4', 'ipv6'] as const).map((each) =>
      printSave(tables.filter(({ family }) => family === each)),
    );
    const { candidates } = await inferred(`# iptables-save\n${families[0]}# ip6tables-save\n${families[1]}`);
    expect(candidates[0]).toMatchObject({ releases: ['1.9.6', '1.12'], except: [['1.10.0', '1.10.1']], distance: 0 });
  });

  it('says who wrote the rules', async () => {
    const { candidates } = await inferred(saved(defaultConfig('1.28.10', 'istio-cni')));
    expect(candidates[0]?.programmer.name).toBe('istio-cni');
    expect(candidates[0]?.programmer.reasons).toHaveLength(2);
  });

  it('reads native tables and ambient', async () => {
    const native = { ...defaultConfig('1.29.0', 'istio-init', 'ambient'), backend: 'nftables' } as const;
    const { candidates } = await inferred(printNft(buildLayout(native).tables));
    expect(candidates[0]).toMatchObject({
      distance: 0,
      backend: 'nftables',
      config: { dataplane: 'ambient', backend: 'nftables' },
    });
  });

  it('keeps to fifty differences', async () => {
    const fault = '-A ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j ACCEPT\n'.repeat(80);
    const { candidates } = await inferred(saved().replace('-A ISTIO_INBOUND', `${fault}-A ISTIO_INBOUND`));
    expect(candidates[0]).toMatchObject({ distance: 80 });
    expect(candidates[0]?.differences).toHaveLength(50);
  });

  it.each(['', 'no rules at all\n', '*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n'])(
    'exits 3 with an empty list when there is nothing of Istio’s (%#)',
    async (text) => {
      expect((await inferred(text)).candidates).toEqual([]);
    },
  );
});

describe('infer', () => {
  it('says it in a sentence', async () => {
    const { stdout, exitCode } = await run(Infer, ['--rules', file(saved())]);
    expect(stdout).toMatch(/^✓ The rules are the layout of Istio 1\.25 – 1\.31 \(sidecar, REDIRECT, iptables/);
    expect(stdout).not.toContain('Other candidates');
    expect(exitCode).toBe(0);
  });

  it('names the releases that come next when none fits', async () => {
    const text = saved().replace('-A PREROUTING -p tcp -j ISTIO_INBOUND\n', '');
    const { stdout } = await run(Infer, ['--rules', file(text)]);
    expect(stdout).toContain('Other candidates\n  Istio 1.18 – 1.24 (sidecar, REDIRECT, iptables): 3 rules apart');
  });

  it('says who wrote the rules and why, or that nothing tells', async () => {
    const known = await run(Infer, ['--rules', file(saved())]);
    expect(known.stdout).toContain('Written by\n  istio-init, the init container\n  ISTIO_INBOUND excludes 15090');
    const open = await run(Infer, ['--rules', file(saved({ inboundPortsInclude: [80] }))]);
    expect(open.stdout).toContain('Written by\n  cannot be told\n');
  });

  it('names what is suspicious', async () => {
    const { stdout } = await run(Infer, ['--rules', file(saved({ inboundCapturePort: 16006 }))]);
    expect(stdout.replace(/\s+/g, ' ')).toContain('if inboundCapturePort is meant so.');
    expect(stdout).toContain('inboundCapturePort 16006');
  });

  it('shows the differences, with nothing that a terminal would obey', async () => {
    const fault = '-A ISTIO_INBOUND -m comment --comment "\u001b[31mred" -j ACCEPT';
    const { stdout } = await run(Infer, [
      '--rules',
      file(saved().replace('-A ISTIO_INBOUND', `${fault}\n-A ISTIO_INBOUND`)),
    ]);
    expect(stdout.replace(/\s+/g, ' ')).toContain('The rules come closest to Istio 1.25 – 1.31');
    expect(stdout).toContain('extra    nat ISTIO_INBOUND #1: -A ISTIO_INBOUND');
    expect(stdout).not.toContain('\u001b');
  });

  it('says when there is nothing, and exits 3', async () => {
    const { stdout, exitCode } = await run(Infer, ['--rules', file('')]);
    expect(stdout).toContain('Nothing was inferred');
    expect(exitCode).toBe(3);
  });

  it('says why when the rules were not understood', async () => {
    const { stdout, exitCode } = await run(Infer, ['--rules', file('hello\n')]);
    expect(stdout).toMatch(
      /^\? Nothing was inferred: what kept the rules from being read is listed below\.\n\n\? NAT1003: /,
    );
    expect(exitCode).toBe(3);
  });

  it.each([
    [['--rules', '/there/is/no/such/file'], 3],
    [['--proxy-port', '0'], 2],
    [['-o', 'save'], 2],
  ])('ends with the contract’s exit code: %j', async (argv, exitCode) => {
    const outcome = await run(Infer, argv);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).not.toBe('');
  });
});
