import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import type { CheckReport } from '../../src/model/report.ts';
import { printNft } from '../../src/print/nft/index.ts';
import { check } from '../asked.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/sockets/', import.meta.url));

/** What `check` says of recorded rules and sockets (scripts/record-sockets.ts), held against a configuration. */
function checked(
  scene: string,
  inputs: Readonly<Record<string, string>> = {},
  change: (sockets: string) => string = (text) => text,
  changeRules: (rules: string) => string = (text) => text,
): Promise<CheckReport> {
  const config = JSON.stringify({ istioVersion: '1.28.10', enableIpv6: true, ...inputs });
  const read = (path: string) => {
    if (path === 'config') return config;
    const text = readFileSync(`${FIXTURES}${scene}/${path}`, 'utf8');
    return path.endsWith('.ss') ? change(text) : changeRules(text);
  };
  const source = { kind: 'rules', files: ['rules.v4.save', 'rules.v6.save'], sockets: 'sockets.ss' } as const;
  return check(
    { source, config: { configFile: 'config', flags: {}, env: {} }, toolVersion: '0' },
    {
      readInput: async (path) => ({ text: read(path) }),
      readLines: () => {
        throw new Error('no packets here');
      },
      files: { read: () => Promise.reject(new Error('nothing else is read')), holders: async () => [] },
      runner: { run: () => Promise.reject(new Error('nothing is run')) },
    },
  );
}

/** Codes of errors and warnings but for what other checks say about excluded ports. */
function codes({ findings }: CheckReport): string[] {
  return findings.filter(({ severity, code }) => severity !== 'info' && code !== 'NAT0207').map(({ code }) => code);
}

const EXCLUDED = { outboundPortsExclude: '3306', inboundPortsExclude: '15090,15021,15020,9090' };

it('a healthy pod with live connections', async () => {
  const { verdict, findings } = await checked('healthy');
  expect({ verdict, findings }).toEqual({ verdict: 'healthy', findings: [] });
});

it('connections that are older than the rules, and none that are excluded', async () => {
  const report = await checked('redirect', EXCLUDED);
  expect(codes(report)).toEqual(['NAT0804']);
  expect(report.findings.find(({ code }) => code === 'NAT0804')).toMatchObject({
    severity: 'warning',
    message: expect.stringContaining('1 live outbound connection goes around the proxy (to 203.0.113.5:5432)'),
    remedy: expect.stringContaining('open the connection again'),
  });
});

it('connections that a rule lets by which Istio would not write', async () => {
  const report = await checked('redirect');
  const messages = report.findings.map(({ code, message }) => `${code} ${message}`);
  expect(messages).toContainEqual(expect.stringMatching(/^NAT0804 2 live outbound .*3306\): a rule lets it through/));
  expect(messages).toContainEqual(
    expect.stringMatching(/^NAT0805 1 live inbound .*port 9090\): a rule lets it through/),
  );
});

it('connections that a rule of native tables lets by, of which only nat was shown', async () => {
  const config = { ...defaultConfig('1.28.10'), enableIpv6: true, backend: 'nftables' as const };
  const { tables } = expectedRuleset({ ...config, inboundPortsExclude: [15090, 15021, 15020, 9090] });
  const nat = printNft(tables.filter(({ name }) => name.endsWith('-nat')));
  const report = await checked('redirect', { backend: 'nftables' }, undefined, () => nat);
  expect(report.findings.filter(({ code }) => code === 'NAT0805')).toMatchObject([
    { message: expect.stringMatching(/port 9090\): a rule lets it through/) },
  ]);
});

it('connections past TPROXY, where the table that works in was not shown', async () => {
  const withoutMangle = (text: string) => text.replace(/^\*mangle\n[\s\S]*?^COMMIT\n/m, '');
  const report = await checked('tproxy', { interceptionMode: 'TPROXY' }, undefined, withoutMangle);
  expect(report.verdict).toBe('undetermined');
  expect(report.findings.filter(({ code }) => code === 'NAT0805')).toMatchObject([
    { message: expect.stringMatching(/port 9090\): the rules do not show the table mangle .* is not known/) },
  ]);
});

it('an application under the uid of the proxy is one finding, and no loop', async () => {
  expect(codes(await checked('as-proxy'))).toEqual(['NAT0303']);
});

it('a loop of a proxy whose user was not asked for leaves open whether it is exempt', async () => {
  const envoy = 'users:(("envoy",pid=20,fd=3))';
  const ends = ['*:15001 *:*', '*:15006 *:*', '127.0.0.1:15001 10.77.0.5:40001'];
  const states = ['LISTEN', 'LISTEN', 'ESTAB', 'ESTAB'];
  const lines = [...ends, '10.77.0.5:40001 203.0.113.7:443'].map((own, at) => `tcp ${states[at]} 0 0 ${own} ${envoy}`);
  const app = 'tcp LISTEN 0 0 *:8080 *:* users:(("app",pid=30,fd=3))\n';
  const report = await checked('redirect', EXCLUDED, () => `${lines.join('\n')}\n${app}`);
  expect(report.verdict).toBe('undetermined');
  expect(report.findings).toMatchObject([
    { code: 'NAT0306', message: expect.stringMatching(/^The proxy has accepted/) },
  ]);
  expect(report.undetermined).toMatchObject([{ message: expect.stringContaining('connected to itself') }]);
});

it('a listener of the pod address only, for releases before 1.10', async () => {
  const onPodAddress = (text: string) =>
    text.replace('*:8080 ', '10.77.0.5:8080 ').replace('*:9090 ', '10.77.0.5:9090 ');
  const finding = async (istioVersion: string) =>
    (await checked('redirect', { ...EXCLUDED, istioVersion }, onPodAddress)).findings.filter(
      ({ code }) => code === 'NAT0807',
    );
  expect(await finding('1.9.9')).toMatchObject([{ message: expect.stringContaining('port 8080 on 10.77.0.5 only') }]);
  expect(await finding('1.28.10')).toEqual([]);
});

it('nothing is concluded where the sockets are a list of listeners', async () => {
  const report = await checked('redirect', EXCLUDED, (text) => text.replace(/^.*(ESTAB|TIME-WAIT).*\n/gm, ''));
  expect(codes(report)).toEqual([]);
  expect(report.checks.find(({ id }) => id === 'outbound-connections')?.outcome).toBe('skipped');
});
