import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { resolveConfig } from '../../src/expect/layers.ts';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { FAMILIES } from '../../src/model/family.ts';
import { parseConfigFile } from '../../src/parse/config/index.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import type { ProbeAnswer, ProbeResult } from '../../src/probe/types.ts';
import { RIGHTS } from '../collect/namespace.ts';
import { createPod, ISTIO_STAND_INS, type KernelPod, kernelTests } from '../kernel/index.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const schema: object = JSON.parse(readFileSync(new URL('../../schema/probe.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);

const CONFIG = { istioVersion: '1.28.10', enableIpv6: true, redirectDns: true, captureAllDns: true };
const FLAGS = [
  '--istio-version',
  '1.28.10',
  '--enable-ipv6',
  'true',
  '--redirect-dns',
  'true',
  '--capture-all-dns',
  'true',
];

const APPLICATION = expect.toSatisfy((port) => port === 8080 || port === 9090);

interface Probed {
  readonly report: Omit<ProbeAnswer, 'config'>;
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly outcome: (purpose: string, role: string, family: string, protocol?: string) => ProbeResult | undefined;
}

kernelTests('probe', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod();
    await pod.exec(['ip', '-6', 'addr', 'add', '::6/128', 'dev', 'lo']);
    await pod.listen(ISTIO_STAND_INS);
  });
  afterAll(() => pod.remove());
  beforeEach(async () => {
    await pod.flush();
    const { inputs } = parseConfigFile(JSON.stringify(CONFIG), 'test');
    const { tables } = expectedRuleset(resolveConfig([{ origin: 'config', inputs }]).config);
    for (const family of FAMILIES) {
      await pod.restore('nft', family, printSave(tables.filter((table) => table.family === family)));
    }
  });

  async function probe(rights: readonly string[] = [], flags: readonly string[] = []): Promise<Probed> {
    const setpriv = rights.length > 0 ? ['setpriv', ...rights] : [];
    const argv = ['probe', '--json', '--timeout', '0.3', ...FLAGS, ...flags];
    const { stdout, stderr, exitCode } = await pod.exec([...setpriv, process.execPath, PROGRAM, ...argv]);
    expect(stderr).toMatch(
      /^(istio-nat: (?:the name server|no resolver is asked:) .*\n)*istio-nat: the probes go to .*\n$/,
    );
    const report: unknown = JSON.parse(stdout);
    validate(report);
    expect(validate.errors).toBeNull();
    const { probes } = report as Probed['report'];
    return {
      report: report as Probed['report'],
      exitCode,
      stderr,
      outcome: (purpose, role, family, protocol = 'tcp') =>
        probes.find(
          (one) =>
            one.purpose === purpose &&
            one.role === role &&
            one.packet.family === family &&
            one.packet.protocol === protocol,
        ),
    };
  }

  it('sees each connection of an intact pod on the port that Istio means it for', async () => {
    const { outcome, report, exitCode } = await probe();
    for (const family of FAMILIES) {
      expect(outcome('outbound', 'application', family)?.sent?.path).toEqual({ kind: 'port', port: 15001 });
      // The stand-in for an application listens on two ports, and ss lists them in either order.
      expect(outcome('self', 'application', family)?.sent?.path).toMatchObject({ kind: 'port', port: APPLICATION });
      expect(outcome('upstream', 'proxy', family)?.sent?.path).toMatchObject({ kind: 'port', port: APPLICATION });
      expect(outcome('validation', 'proxy', family)?.sent?.path).toEqual({ kind: 'port', port: 15006 });
      expect(outcome('outbound', 'proxy', family)?.outcome).toBe('pass');
    }
    expect(report.validation).toEqual({ outcome: 'pass', message: 'it would pass' });
    expect(report.probes.filter((one) => one.outcome === 'fail')).toEqual([]);
    expect(exitCode).not.toBe(1);
  });

  it('finds an application that goes around the proxy', async () => {
    await pod.exec([
      'iptables-nft',
      '-t',
      'nat',
      '-I',
      'ISTIO_OUTPUT',
      '-m',
      'owner',
      '--uid-owner',
      '1000',
      '-j',
      'RETURN',
    ]);
    const { outcome, exitCode } = await probe();
    expect(outcome('outbound', 'application', 'ipv4')).toMatchObject({
      outcome: 'fail',
      predicted: { kind: 'accept' },
    });
    expect(outcome('outbound', 'application', 'ipv6')?.outcome).toBe('pass');
    expect(exitCode).toBe(1);
  });

  it.each([
    ['OUTPUT', 'DROP'],
    ['INPUT', 'REJECT'],
  ])('finds a firewall that stops what should be let through: %s %s', async (chain, target) => {
    const ports = ['-p', 'tcp', '-m', 'multiport', '--dports', '8080,9090'];
    await pod.exec(['iptables-nft', '-A', chain, ...ports, '-j', target]);
    const { outcome } = await probe();
    for (const [purpose, role] of [
      ['self', 'application'],
      ['upstream', 'proxy'],
    ] as const) {
      expect(outcome(purpose, role, 'ipv4')?.outcome).toBe('fail');
      expect(outcome(purpose, role, 'ipv6')?.outcome).toBe('pass');
    }
  });

  it('finds the proxy that is sent to itself', async () => {
    for (const owner of ['--uid-owner', '--gid-owner']) {
      await pod.exec(['iptables-nft', '-t', 'nat', '-D', 'ISTIO_OUTPUT', '-m', 'owner', owner, '1337', '-j', 'RETURN']);
    }
    const { outcome, exitCode } = await probe();
    expect(outcome('outbound', 'proxy', 'ipv4')).toMatchObject({
      outcome: 'fail',
      sent: { path: { kind: 'port', port: 15001 } },
    });
    expect(exitCode).toBe(1);
  });

  it('finds what the rules cannot show: a port that sends on to somebody else', async () => {
    const { outcome } = await probe([], ['--proxy-port', '15099']);
    expect(outcome('outbound', 'application', 'ipv4')).toMatchObject({
      outcome: 'fail',
      message: expect.stringContaining('15001'),
    });
  });

  it('needs no rights to see its own connections', async () => {
    const { outcome, report } = await probe(RIGHTS.proxy);
    expect(report.probes.map(({ owner }) => owner.uid)).toEqual(report.probes.map(() => 1337));
    expect(outcome('validation', 'proxy', 'ipv4')).toMatchObject({ outcome: 'pass', predicted: null });
    expect(report.undetermined[0]?.code).toBe('NAT1001');
  });

  it('says who may not be sent as', async () => {
    const { report, exitCode } = await probe(RIGHTS.proxy, ['--uid', '1000']);
    expect(new Set(report.probes.map((one) => one.sent?.ending))).toEqual(new Set(['not-allowed']));
    expect(exitCode).toBe(3);
  });

  it('sends nothing in a dry run, and never leaves anything behind', async () => {
    const state = async () =>
      (await pod.exec(['sh', '-c', 'nft list ruleset; ss -Htuan; cat /proc/net/ip_tables_names'])).stdout;
    const before = await state();
    const { report, stderr } = await probe([], ['--dry-run']);
    for (const { packet } of report.probes) expect(stderr).toContain(packet.destination);
    expect(new Set(report.probes.map(({ outcome }) => outcome))).toEqual(new Set(['skipped']));
    expect(await state()).toBe(before);
  });
});
