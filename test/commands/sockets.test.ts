import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { Sockets } from '../../src/commands/sockets.ts';
import { type Outcome, run } from './run.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/sockets/', import.meta.url));
const schema: object = JSON.parse(readFileSync(new URL('../../schema/sockets.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);

/** Runs the command about a recording; `rules` and `sockets` stand for its files, `blind` for what 1337 sees. */
function sockets(scene: string, words: string): Promise<Outcome> {
  const folder = `${FIXTURES}${scene}/`;
  const files: Readonly<Record<string, readonly string[]>> = {
    rules: ['--rules', `${folder}rules.v4.save`, '--rules', `${folder}rules.v6.save`],
    sockets: ['--sockets', `${folder}sockets.ss`],
    blind: ['--sockets', `${folder}sockets-unprivileged.ss`],
  };
  return run(
    Sockets,
    words.split(' ').flatMap((word) => files[word] ?? [word]),
  );
}

describe('the exit code of sockets', () => {
  it.each<[string, string, string, number]>([
    ['warnings in a report', 'redirect', 'rules sockets', 0],
    ['an error in a report', 'as-proxy', 'rules sockets', 1],
    ['nothing goes around', 'healthy', 'rules sockets --bypassing --fail-on warning', 0],
    ['warnings do not count by default', 'redirect', 'rules sockets --bypassing', 0],
    ['unless they are asked for', 'redirect', 'rules sockets --bypassing --fail-on warning', 1],
    ['the id of the proxy is an error', 'as-proxy', 'rules sockets --bypassing', 1],
    ['which can be ignored', 'as-proxy', 'rules sockets --bypassing --fail-on never', 0],
    ['without rules', 'healthy', 'blind --bypassing --fail-on warning', 0],
    ['without rules, around', 'redirect', 'blind --bypassing --fail-on warning', 1],
    ['what cannot be told', 'tproxy', 'blind --bypassing --fail-on warning', 3],
    ['what cannot be told in a report', 'tproxy', 'blind', 3],
  ])('%s: %s %s', async (_, scene, words, exitCode) => {
    for (const format of ['', ' --json', ' --all']) {
      const outcome = await sockets(scene, words + format);
      expect(outcome).toMatchObject({ exitCode, stderr: '' });
    }
  });

  it('is 3 when there are no sockets to look at', async () => {
    const outcome = await sockets('healthy', 'rules --json');
    expect(outcome.exitCode).toBe(3);
    expect(JSON.parse(outcome.stdout).error).toMatchObject({
      kind: 'cannot-look',
      hint: expect.stringContaining('ss -H'),
    });
  });

  it.each([
    ['nothing of ss', 'once upon a time\n'],
    ['nothing at all that can be read', '\x00\x01\x02'.repeat(100)],
    ['a line among others', 'LISTEN 0 128 0.0.0.0:15001 0.0.0.0:* uid:1337 ino:1 sk:1\nonce upon a time\n'],
  ])('is 3 when the text holds %s', async (_, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'istio-nat-sockets-'));
    try {
      writeFileSync(join(folder, 'text.ss'), text);
      const outcome = await run(Sockets, ['--sockets', join(folder, 'text.ss')]);
      expect(outcome.exitCode).toBe(3);
      expect(outcome.stderr).toMatch(/^istio-nat: /);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is 3 for ends that do not fit together, of which nothing is predicted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'istio-nat-sockets-'));
    try {
      writeFileSync(join(folder, 'text.ss'), 'ESTAB 0 0 10.0.0.5:40000 [fd00::1]:443 uid:1000 ino:1 sk:1\n');
      const argv = ['--rules', `${FIXTURES}healthy/rules.v4.save`, '--sockets', join(folder, 'text.ss')];
      expect((await run(Sockets, argv)).exitCode).toBe(3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is 2 when it is asked nonsense', async () => {
    expect((await run(Sockets, ['--fail-on', 'sometimes'])).exitCode).toBe(2);
    expect((await run(Sockets, ['-o', 'svg'])).exitCode).toBe(2);
  });
});

describe('sockets --json', () => {
  it.each(['redirect', 'healthy', 'as-proxy', 'tproxy'])('of %s fits its schema', async (scene) => {
    for (const words of ['rules sockets', 'blind', 'rules blind --bypassing', 'rules sockets --all']) {
      const { stdout } = await sockets(scene, `${words} --json`);
      validate(JSON.parse(stdout));
      expect(validate.errors).toBeNull();
    }
  });

  it('has all sockets, or those that bypass the proxy', async () => {
    const all = JSON.parse((await sockets('redirect', 'rules sockets --json')).stdout);
    const lines = readFileSync(`${FIXTURES}redirect/sockets.ss`, 'utf8').trim().split('\n');
    expect(all.sockets).toHaveLength(lines.length);
    expect(all.summary).toMatchObject({ bypassing: 4, counts: { 'outbound-direct': 3, 'inbound-direct': 1 } });
    const some = JSON.parse((await sockets('redirect', 'rules sockets --json --bypassing')).stdout);
    expect(some.sockets).toEqual(all.sockets.filter(({ bypass }: { bypass?: string }) => bypass !== undefined));
    expect(some.summary).toEqual(all.summary);
  });

  it('predicts nothing for a family whose rules were not given', async () => {
    const folder = `${FIXTURES}redirect/`;
    const argv = ['--rules', `${folder}rules.v4.save`, '--sockets', `${folder}sockets.ss`, '--json'];
    const { sockets: entries } = JSON.parse((await run(Sockets, argv)).stdout);
    const ipv6 = entries.filter(
      ({ peer, kind }: { peer?: string; kind: string }) => kind === 'outbound-proxied' && peer?.includes(':'),
    );
    expect(ipv6).toMatchObject([{ prediction: { verdict: { kind: 'undetermined' } } }]);
    expect(ipv6[0]).not.toHaveProperty('agreement');
  });
});

describe('the headline of sockets', () => {
  it.each([
    ['✓', 'healthy', 'rules sockets', 0],
    ['!', 'redirect', 'rules sockets', 0],
    ['✗', 'as-proxy', 'rules sockets', 1],
    ['?', 'tproxy', 'blind', 3],
  ])('%s stands over %s %s, which ends with %4$i', async (mark, scene, words, exitCode) => {
    const outcome = await sockets(scene, words);
    expect([outcome.stdout[0], outcome.exitCode]).toEqual([mark, exitCode]);
  });
});

describe('sockets as a table', () => {
  it('lists nothing that is captured as going around the proxy', async () => {
    const { stdout } = await sockets('as-proxy', 'rules sockets');
    const sections = stdout.split('\n\n');
    const around = sections.find((section) => section.startsWith('Around the proxy')) ?? '';
    expect(around).not.toContain('  captured  ');
    const under = sections.find((section) => section.startsWith("Under the proxy's own id"));
    expect(under).toContain('captured');
  });

  it('says so when no rule captures anything', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'istio-nat-sockets-'));
    try {
      const flushed = readFileSync(`${FIXTURES}healthy/rules.v4.save`, 'utf8').replaceAll(/^-A .*\n/gm, '');
      writeFileSync(join(folder, 'flushed.save'), flushed);
      const argv = ['--rules', join(folder, 'flushed.save'), '--sockets', `${FIXTURES}healthy/sockets.ss`];
      const { stdout } = await run(Sockets, argv);
      expect(stdout).toContain('! No rule that was shown captures anything');
      const { stdout: healthy } = await sockets('healthy', 'rules sockets');
      expect(healthy).not.toContain('No rule that was shown');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says of an owner that ss did not show that it was not shown', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'istio-nat-sockets-'));
    try {
      const line = 'ESTAB 0 0 10.0.0.5:40000 203.0.113.7:443\nLISTEN 0 128 0.0.0.0:8080 0.0.0.0:*\n';
      writeFileSync(join(folder, 'text.ss'), line);
      const { stdout } = await run(Sockets, ['--sockets', join(folder, 'text.ss')]);
      expect(stdout).toContain('owner not shown');
      expect(stdout).not.toMatch(/unknown {2}unknown/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says it in a sentence, then what goes around the proxy and why', async () => {
    const { stdout } = await sockets('redirect', 'rules sockets');
    expect(stdout).toMatch(/^! Out: 4 connections through the proxy, 3 around it\. In: 2 connections/);
    expect(stdout).toContain('2 ×  out  app, uid 1000  → 203.0.113.7:3306\n      nat ISTIO_OUTPUT #');
    expect(stdout).toMatch(/Around the proxy[\s\S]*Through the proxy[\s\S]*Listeners/);
  });

  it('lists every socket when asked to', async () => {
    const { stdout } = await sockets('redirect', 'rules sockets --all');
    expect(stdout).not.toContain('×');
    expect(stdout.match(/→ 203\.0\.113\.7:3306/g)).toHaveLength(2);
  });

  it('lists only what bypasses when asked to', async () => {
    const { stdout } = await sockets('redirect', 'rules sockets --bypassing');
    expect(stdout).toContain('Around the proxy');
    expect(stdout).not.toContain('Listeners');
  });

  it('says that there are no rules to predict from, and how there could be', async () => {
    const { stdout } = await sockets('redirect', 'blind');
    expect(stdout).toContain('There are no rules to predict from: none were given');
    expect(stdout).toContain('--rules');
  });
});
