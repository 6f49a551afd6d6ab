import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBuilt, program, start } from './spawn.ts';

const RELEASE = ['--istio-version', '1.28.10'];
const INBOUND = {
  family: 'ipv4',
  hook: 'PREROUTING',
  protocol: 'tcp',
  source: '10.0.0.9',
  sourcePort: 40000,
  destination: '10.0.0.5',
  destinationPort: 8080,
  inInterface: 'eth0',
};

function validator(name: string) {
  const text = readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8');
  return new Ajv({ strict: true, allErrors: true }).compile(JSON.parse(text));
}

const isReport = validator('check');
const isTrace = validator('trace');
const isLayout = validator('expected');

describe.skipIf(!isBuilt)('the whole program', () => {
  const directory = mkdtempSync(join(tmpdir(), 'istio-nat-'));
  const healthy = join(directory, 'healthy.rules');
  const broken = join(directory, 'broken.rules');

  beforeAll(async () => {
    const { stdout } = await program(['expected', ...RELEASE, '--output', 'save', '--family', 'ipv4']);
    writeFileSync(healthy, stdout);
    writeFileSync(broken, stdout.replace(/^-A ISTIO_IN_REDIRECT .*\n/m, ''));
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  it('finds nothing wrong with the layout that it expects', async () => {
    const { stdout, stderr, exitCode } = await program(['check', '--rules', healthy, ...RELEASE]);
    expect(stdout).toMatch(/^✓ .* is healthy/);
    expect([stderr, exitCode]).toEqual(['', 0]);
  });

  it('finds a missing redirect, with evidence that the schema knows', async () => {
    const { stdout, exitCode } = await program(['check', '--rules', broken, ...RELEASE, '--json']);
    const report = JSON.parse(stdout);
    isReport(report);
    expect(isReport.errors).toBeNull();
    expect(report.verdict).toBe('broken');
    expect(report.findings.map((finding: { code: string }) => finding.code)).toContain('NAT0101');
    expect(exitCode).toBe(1);
  });

  it('reads rules from standard input', async () => {
    const stdin = readFileSync(broken, 'utf8');
    const { stdout, exitCode } = await program(['check', '--rules', '-', ...RELEASE], { stdin });
    expect(stdout).toMatch(/^✗ .* is broken/);
    expect(exitCode).toBe(1);
  });

  it('looks at the pod it is in', async () => {
    const { stdout, exitCode } = await program(['check', ...RELEASE, '--json'], {
      env: { PATH: process.env.PATH ?? '' },
    });
    const report = JSON.parse(stdout);
    isReport(report);
    expect(isReport.errors).toBeNull();
    expect(report.source).toEqual({ kind: 'live' });
    expect([0, 1, 3]).toContain(exitCode);
  });

  it('cannot say anything about a pod without tools and rights, and says so', async () => {
    const { stdout, exitCode } = await program(['check', ...RELEASE, '--json'], { env: { PATH: '/nonexistent' } });
    const report = JSON.parse(stdout);
    isReport(report);
    expect(isReport.errors).toBeNull();
    expect(report.verdict).toBe('undetermined');
    expect(report.undetermined.length).toBeGreaterThan(0);
    expect(exitCode).toBe(3);
  });

  it.each<[string, string[], number, string]>([
    ['a file that is not there', ['check', '--rules', '/nonexistent/rules'], 3, '/nonexistent/rules'],
    ['a folder', ['check', '--rules', '/'], 3, 'directory'],
    ['a configuration that is not there', ['check', '--rules', healthy, '--config', '/nonexistent'], 2, '/nonexistent'],
    ['a malformed input', ['check', '--rules', healthy, '--proxy-port', '0'], 2, '--proxy-port'],
    ['a malformed version', ['expected', '--istio-version', 'latest'], 2, 'latest'],
    ['packets that are not there', ['trace', '--rules', healthy, '--packets', '/nonexistent'], 3, '/nonexistent'],
  ])('refuses %s', async (_, argv, exitCode, message) => {
    const outcome = await program(argv);
    expect(outcome.stderr).toContain(message);
    expect([outcome.exitCode, outcome.stdout]).toEqual([exitCode, '']);
  });

  it('names the key of a configuration file that is wrong', async () => {
    const config = join(directory, 'config.json');
    writeFileSync(config, JSON.stringify({ proxyPort: '15001', inboundPortExclude: '22' }));
    const { stderr, exitCode } = await program(['check', '--rules', healthy, '--config', config]);
    expect(stderr).toContain('inboundPortExclude');
    expect(exitCode).toBe(2);
  });

  it('traces a packet to the proxy', async () => {
    const packet = [
      '--hook',
      'PREROUTING',
      '--source',
      '10.0.0.9',
      '--destination',
      '10.0.0.5',
      '--destination-port',
      '8080',
    ];
    const { stdout, exitCode } = await program([
      'trace',
      '--rules',
      healthy,
      ...packet,
      '--in-interface',
      'eth0',
      '--json',
    ]);
    const trace = JSON.parse(stdout);
    isTrace(trace);
    expect(isTrace.errors).toBeNull();
    expect(trace.verdict).toEqual({ kind: 'redirect', port: 15006 });
    expect(trace.steps.length).toBeGreaterThan(2);
    expect(exitCode).toBe(0);
  });

  it('answers a line for each line, in order', async () => {
    const ports = [8080, 22, 15090, 443];
    const lines = ports.map((destinationPort) => JSON.stringify({ ...INBOUND, destinationPort }));
    const stdin = [...lines.slice(0, 2), '{"hook": ', ...lines.slice(2)].join('\n');
    const { stdout, exitCode } = await program(['trace', '--rules', healthy, '--packets', '-', '--verdict-only'], {
      stdin,
    });
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const answer of answers) {
      isTrace(answer);
      expect(isTrace.errors).toBeNull();
    }
    expect(answers.map((answer) => answer.packet?.destinationPort ?? answer.line)).toEqual([8080, 22, 3, 15090, 443]);
    expect(answers[0]).toMatchObject({ packet: INBOUND, verdict: { kind: 'redirect', port: 15006 } });
    expect(exitCode).toBe(2);
  });

  it('answers a packet before the next one is sent', async () => {
    const child = start(['trace', '--rules', healthy, '--packets', '-', '--verdict-only']);
    const answer = new Promise((resolve) => child.stdout?.once('data', resolve));
    child.stdin?.write(`${JSON.stringify(INBOUND)}\n`);
    expect(JSON.parse(String(await answer))).toMatchObject({ verdict: { kind: 'redirect' } });
    child.stdin?.end();
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  });

  it('stops quietly when nobody reads the answers any more, though packets may still come', async () => {
    const child = start(['trace', '--rules', healthy, '--packets', '-', '--verdict-only']);
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += String(chunk);
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.write(`${JSON.stringify(INBOUND)}\n`.repeat(20_000));
    child.stdout?.once('data', () => child.stdout?.destroy());
    await new Promise((resolve) => child.once('exit', resolve));
    expect(stderr).toBe('');
  });

  it('says when a layout is only assumed', async () => {
    const { stderr, exitCode } = await program(['expected', '--istio-version', '1.99.0']);
    expect(stderr).toBe(
      'istio-nat: Istio 1.99.0 is newer than every layout known here; this is what 1.31.0 programs\n',
    );
    expect(exitCode).toBe(0);
  });

  it('prints the expected layout in every form', async () => {
    for (const output of ['save', 'S', 'json']) {
      const { stdout, stderr, exitCode } = await program(['expected', ...RELEASE, '--output', output]);
      expect(stdout).toContain('ISTIO_INBOUND');
      expect([stderr, exitCode]).toEqual(['', 0]);
    }
    const { stdout } = await program(['expected', ...RELEASE, '--backend', 'nftables', '--output', 'nft']);
    expect(stdout).toContain('istio');
  });

  it.each(['iptables', 'nftables'])('prints the expected layout of %s as the schema says', async (backend) => {
    const { stdout } = await program(['expected', ...RELEASE, '--backend', backend, '--json']);
    const layout = JSON.parse(stdout);
    isLayout(layout);
    expect(isLayout.errors).toBeNull();
    expect(layout.tables.length).toBeGreaterThan(0);
  });

  it('shows the example pod with npm start', async () => {
    const { stdout, stderr, exitCode } = await program([], { script: 'bin/start.js' });
    expect(stdout).toMatch(/^✗ The example pod .* is broken/);
    expect(stderr).toContain('npm start -- --live');
    expect(exitCode).toBe(0);
  });

  it('hands everything else to the program with npm start', async () => {
    expect((await program(['--version'], { script: 'bin/start.js' })).stdout).toMatch(/^istio-nat\//);
    const { stdout } = await program(['--live', '--json'], { script: 'bin/start.js', env: { PATH: '/nonexistent' } });
    expect(JSON.parse(stdout).source).toEqual({ kind: 'live' });
  });
});
