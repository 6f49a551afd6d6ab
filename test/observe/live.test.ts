import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { observe } from '../../src/observe/index.ts';
import { CAN_USE_NAMESPACES, Namespace, RIGHTS } from '../collect/namespace.ts';

const REDIRECT = ['-t', 'nat', '-A', 'OUTPUT', '-p', 'tcp', '-j', 'REDIRECT', '--to-ports', '15001'];

const ZONE = ['-t', 'raw', '-A', 'PREROUTING', '-p', 'udp', '-j', 'CT', '--zone', '1'];

describe.skipIf(!CAN_USE_NAMESPACES)('a namespace of this machine', () => {
  let ns: Namespace;
  beforeEach(() => {
    ns = new Namespace();
  });
  afterEach(() => ns.dispose());

  const pod = (rights: readonly string[] = RIGHTS.all, path?: string) => observe(ns.collect(rights, path));

  test('empty: no rules, and that is certain', () => {
    expect(pod()).toMatchObject({
      ruleset: { tables: [] },
      coverage: [
        { family: 'ipv4', tables: 'all' },
        { family: 'ipv6', tables: 'all' },
      ],
      obstacles: [],
      sockets: [],
    });
  });

  test('both variants of iptables', () => {
    ns.exec(['iptables-nft', ...REDIRECT]);
    ns.exec(['ip6tables-legacy', ...REDIRECT]);
    const { ruleset, obstacles, routing } = pod();
    expect(obstacles).toEqual([]);
    expect(ruleset.tables.map(({ backend, family }) => [backend, family])).toEqual([
      ['iptables-legacy', 'ipv6'],
      ['iptables-nft', 'ipv4'],
    ]);
    expect(routing?.addresses).toContainEqual(expect.objectContaining({ interface: 'lo', address: '127.0.0.1' }));
  });

  describe('rights', () => {
    beforeEach(() => {
      ns.exec(['iptables-nft', ...REDIRECT]);
      ns.exec(['iptables-legacy', ...REDIRECT]);
    });

    test.each([
      ['proxy', 'lacks CAP_NET_ADMIN and CAP_NET_RAW'],
      ['rootWithoutCapabilities', 'lacks CAP_NET_ADMIN and CAP_NET_RAW'],
      ['onlyNetAdmin', 'lacks CAP_NET_RAW'],
      ['userWithCapabilities', 'is not uid 0'],
    ] as const)('%s', (name, lacking) => {
      const { obstacles, sockets, routing, ruleset } = pod(RIGHTS[name]);
      expect(obstacles).toMatchObject([
        { code: 'NAT1001', concerns: 'rules', message: expect.stringContaining(lacking) },
      ]);
      expect(sockets).toEqual([]);
      expect(routing).not.toBeNull();
      const readsNft = name === 'onlyNetAdmin' || name === 'userWithCapabilities';
      expect(ruleset.tables.map((table) => table.backend)).toEqual(readsNft ? ['iptables-nft'] : []);
    });
  });

  describe('tools', () => {
    let path: string;
    beforeEach(() => {
      path = mkdtempSync(join(tmpdir(), 'istio-nat-tools-'));
    });
    afterEach(() => rmSync(path, { recursive: true }));

    test('none', () => {
      const { obstacles, sockets } = pod(RIGHTS.all, path);
      expect(new Set(obstacles.map(({ code }) => code))).toEqual(new Set(['NAT1002']));
      expect(obstacles.map(({ concerns }) => concerns).sort()).toEqual(['routing', 'rules', 'rules', 'rules']);
      expect(sockets).toEqual([]);
    });

    test.each([
      ...(['hangs', 'garbage', 'floods', 'dies'] as const).map((name) => [name, ['NAT1003', 'NAT1003']] as const),
      // Its chains are listed one by one then.
      ['fails', []],
    ] as const)('iptables-nft-save %s', (name, codes) => {
      // nft has no words for this target, so that the tool's own are needed.
      for (const tool of ['iptables-nft', 'ip6tables-nft']) ns.exec([tool, ...ZONE]);
      const fake = fileURLToPath(new URL(`../fixtures/collect/${name}`, import.meta.url));
      for (const tool of ['iptables-nft-save', 'ip6tables-nft-save']) symlinkSync(fake, join(path, tool));
      const { obstacles } = pod(RIGHTS.all, `${path}:/usr/bin:/bin`);
      expect(obstacles.map(({ code }) => code)).toEqual(codes);
    });
  });
});
