import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerTo, type Capture, capturedFile, type Question } from '../../src/collect/capture.ts';
import { CAN_USE_NAMESPACES, Namespace, RIGHTS } from './namespace.ts';

const REDIRECT = ['-t', 'nat', '-A', 'OUTPUT', '-p', 'tcp', '-j', 'REDIRECT', '--to-ports', '15001'];
const NATIVE = 'table inet istio-proxy-nat { chain output { type nat hook output priority -100; }; }';

const SCENES = {
  'nothing at all': () => undefined,
  'iptables-nft': (ns: Namespace) => {
    ns.exec(['iptables-nft', ...REDIRECT]);
    ns.exec(['ip6tables-nft', ...REDIRECT]);
  },
  'iptables-legacy': (ns: Namespace) => {
    ns.exec(['iptables-legacy', ...REDIRECT]);
    ns.exec(['ip6tables-legacy', ...REDIRECT]);
  },
  'all backends at once': (ns: Namespace) => {
    ns.exec(['iptables-nft', ...REDIRECT]);
    ns.exec(['iptables-legacy', ...REDIRECT]);
    ns.exec(['nft', NATIVE]);
    ns.exec(['ip', 'rule', 'add', 'fwmark', '0x539', 'lookup', '133']);
  },
};

describe.skipIf(!CAN_USE_NAMESPACES)('in a namespace', () => {
  let ns: Namespace;
  beforeEach(() => {
    ns = new Namespace();
  });
  afterEach(() => ns.dispose());

  const status = (capture: Capture, question: Question) => answerTo(capture, question)?.exitCode;

  describe('looking changes nothing', () => {
    for (const [scene, build] of Object.entries(SCENES)) {
      test(scene, async () => {
        build(ns);
        const before = ns.state();
        const monitor = spawn('ip', ['netns', 'exec', ns.name, 'nft', 'monitor'], {
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        let events = '';
        monitor.stdout.on('data', (chunk) => {
          events += String(chunk);
        });
        await sleep(200);
        ns.collect();
        await sleep(200);
        monitor.kill();
        await once(monitor, 'exit');
        expect(ns.state()).toBe(before);
        expect(events).toBe('');
      });
    }

    test('no file is left behind', () => {
      // The project may itself lie below /tmp, so it is looked at from /mnt, in a mount namespace of the test's own.
      const script =
        'mount --bind "$1" /mnt && shift && mount -t tmpfs none /tmp && mount -t tmpfs none /run && ' +
        'cd /mnt && "$@" >/dev/null && find /run /tmp -mindepth 1';
      SCENES['all backends at once'](ns);
      const root = fileURLToPath(new URL('../..', import.meta.url));
      const node = [process.execPath, '/mnt/node_modules/tsx/dist/cli.mjs', '/mnt/test/collect/collect-here.ts'];
      const left = ns.exec(['unshare', '-m', 'sh', '-c', script, 'sh', root, 'env', 'TMPDIR=/dev/shm', ...node]);
      expect(left).toBe('');
    });
  });

  test('the legacy tool is asked only for a family that has legacy tables', () => {
    expect(ns.collect().answers.filter(({ question }) => question.startsWith('legacy'))).toEqual([]);
    ns.exec(['ip6tables-legacy', ...REDIRECT]);
    const capture = ns.collect();
    expect(answerTo(capture, 'legacy-save-ipv4')).toBeNull();
    expect(answerTo(capture, 'legacy-save-ipv6')?.stdout).toContain('-j REDIRECT --to-ports 15001');
    expect(answerTo(capture, 'legacy-save-ipv6')?.argv).toEqual(['ip6tables-legacy-save']);
  });

  test('everything is answered, with the path that answered', () => {
    SCENES['all backends at once'](ns);
    const capture = ns.collect();
    for (const { result } of capture.answers) {
      expect(result, result.argv.join(' ')).toMatchObject({
        exitCode: 0,
        failure: null,
        path: expect.stringMatching(/^\//),
      });
    }
    expect(answerTo(capture, 'nft-save-ipv4')?.stdout).toContain('--to-ports 15001');
    expect(answerTo(capture, 'nft-ruleset')?.stdout).toContain('table inet istio-proxy-nat');
    expect(answerTo(capture, 'rules-ipv4')?.stdout).toContain('fwmark 0x539 lookup 133');
    expect(capturedFile(capture, '/proc/net/ip_tables_names')).toEqual({ text: 'nat\n' });
    expect(capturedFile(capture, '/proc/net/tcp')).toBeNull();
    expect(answerTo(capture, 'sockets-earlier')).toBeNull();
    expect(capture.earlierFiles).toMatchObject([
      { path: '/proc/net/tcp', content: { text: expect.stringContaining('local_address') } },
      { path: '/proc/net/tcp6', content: { text: expect.stringContaining('local_address') } },
    ]);
  });

  test('the rights of istio-proxy: sockets and routing, no rules', () => {
    ns.exec(['iptables-legacy', ...REDIRECT]);
    const capture = ns.collect(RIGHTS.proxy);
    expect(capturedFile(capture, '/proc/net/ip_tables_names')).toMatchObject({ error: 'forbidden' });
    expect(answerTo(capture, 'legacy-save-ipv4')).toBeNull();
    expect(status(capture, 'nft-save-ipv4')).not.toBe(0);
    expect(status(capture, 'nft-ruleset')).not.toBe(0);
    expect(status(capture, 'sockets')).toBe(0);
    expect(status(capture, 'rules-ipv6')).toBe(0);
  });

  describe('with a PATH of its own', () => {
    let path: string;
    beforeEach(() => {
      path = mkdtempSync(join(tmpdir(), 'istio-nat-tools-'));
    });
    afterEach(() => rmSync(path, { recursive: true }));
    const link = (name: string, target: string) => symlinkSync(target, join(path, name));
    const fake = (name: string) => fileURLToPath(new URL(`../fixtures/collect/${name}`, import.meta.url));
    // The variants are one program that goes by its name, so the links have to keep it.
    const plain = (kind: 'nft' | 'legacy') => {
      for (const name of ['iptables-save', 'ip6tables-save']) link(name, `/usr/sbin/xtables-${kind}-multi`);
    };

    test('no tools at all: nothing is there, and the kernel lists the sockets', () => {
      const capture = ns.collect(RIGHTS.all, path);
      expect(capture.answers.every(({ result }) => result.failure?.kind === 'not-found')).toBe(true);
      expect(capturedFile(capture, '/proc/net/tcp')).toMatchObject({ text: expect.stringContaining('local_address') });
    });

    test('a plain iptables-save that is the nft variant answers for it', () => {
      ns.exec(['iptables-nft', ...REDIRECT]);
      plain('nft');
      const capture = ns.collect(RIGHTS.all, path);
      expect(answerTo(capture, 'nft-save-ipv4')).toMatchObject({ argv: ['iptables-save'], exitCode: 0 });
      expect(answerTo(capture, 'nft-save-ipv4')?.stdout).toContain('--to-ports 15001');
    });

    test('one that is the legacy variant answers for that, and only where there are tables', () => {
      plain('legacy');
      const before = ns.state();
      const capture = ns.collect(RIGHTS.all, path);
      expect(answerTo(capture, 'nft-save-ipv4')?.failure?.kind).toBe('not-found');
      expect(ns.state()).toBe(before);
      ns.exec(['iptables-legacy', ...REDIRECT]);
      const again = ns.collect(RIGHTS.all, path);
      expect(answerTo(again, 'legacy-save-ipv4')).toMatchObject({ argv: ['iptables-save'], exitCode: 0 });
      expect(answerTo(again, 'legacy-save-ipv4')?.stdout).toContain('--to-ports 15001');
    });

    test.each([
      ['hangs', 'timed-out'],
      ['floods', 'too-much-output'],
      ['dies', 'killed'],
    ])('a tool that %s ends after a few seconds', (name, kind) => {
      link('bash', '/bin/bash');
      for (const tool of ['iptables-nft-save', 'ip6tables-nft-save']) link(tool, fake(name));
      const started = performance.now();
      const capture = ns.collect(RIGHTS.all, `${path}:/usr/bin:/bin`);
      expect(performance.now() - started).toBeLessThan(9000);
      expect(answerTo(capture, 'nft-save-ipv4')?.failure?.kind).toBe(kind);
      expect(answerTo(capture, 'nft-ruleset')?.exitCode).toBe(0);
    });

    test('a directory in place of a tool', () => {
      mkdirSync(join(path, 'nft'));
      const capture = ns.collect(RIGHTS.all, path);
      expect(answerTo(capture, 'nft-ruleset')?.failure?.kind).toBe('not-executable');
    });
  });
});
