import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CapturedFile } from '../../src/collect/capture.ts';
import { noRights, rightsOf, waysIn } from '../../src/observe/rights.ts';
import { observeRouting } from '../../src/observe/routing.ts';
import { firstLine } from '../../src/observe/seen.ts';
import { observeEarlierSockets, observeProcesses, observeSockets } from '../../src/observe/sockets.ts';
import { captureWith } from './capture.ts';

const recorded = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');

describe('sockets', () => {
  test('from ss', () => {
    const { value, obstacles } = observeSockets(captureWith({ sockets: recorded('ss/tcp-udp-netid.txt') }));
    expect(value).toHaveLength(32);
    expect(value?.filter((socket) => socket.protocol === 'udp')).toHaveLength(3);
    expect(obstacles).toEqual([]);
  });

  const lists = Object.fromEntries(
    ['tcp', 'tcp6', 'udp', 'udp6'].map((name) => [`/proc/net/${name}`, { text: recorded(`ss/proc-net-${name}.txt`) }]),
  );

  test('from the kernel where there is no ss, which is a note and no obstacle', () => {
    const missing = { failure: 'not-found' } as const;
    const { value, obstacles, diagnostics } = observeSockets(captureWith({ sockets: missing }, lists));
    expect(value).toHaveLength(32);
    expect(obstacles).toEqual([]);
    expect(diagnostics).toMatchObject([{ severity: 'note' }, { severity: 'note' }]);
  });

  test('a kernel without IPv6 has no tcp6', () => {
    const gone = { error: 'missing', message: 'there is no such file' } as const;
    const { value } = observeSockets(captureWith({ sockets: { exitCode: 1 } }, { ...lists, '/proc/net/tcp6': gone }));
    expect(value).toHaveLength(27);
  });

  test('neither: an obstacle, and null instead of no sockets', () => {
    const missing = { failure: 'not-found' } as const;
    const { value, obstacles } = observeSockets(captureWith({ sockets: missing }));
    expect(value).toBeNull();
    expect(obstacles).toMatchObject([{ code: 'NAT1002', concerns: 'sockets' }]);
    const failing = { exitCode: 1, stderr: 'Cannot open netlink socket: Protocol not supported\n' };
    const failed = observeSockets(captureWith({ sockets: failing }));
    expect(failed.obstacles).toMatchObject([
      { code: 'NAT1003', message: expect.stringContaining('Cannot open netlink socket') },
    ]);
  });

  test('an earlier look counts only if it succeeded', () => {
    const look = (said: Parameters<typeof captureWith>[0]) => observeEarlierSockets(captureWith(said));
    expect(look({ 'sockets-earlier': recorded('ss/tcp-header.txt') })?.()).toHaveLength(29);
    expect(look({})).toBeNull();
    expect(look({ 'sockets-earlier': { exitCode: 1 } })).toBeNull();
  });

  test('an earlier look at the lists of the kernel takes both families, and one that is switched off', () => {
    const line = (local: string, peer: string) =>
      `   0: ${local}:9C40 ${peer}:01BB 01 00000000:00000000 00:00000000 00000000  1000        0 7 1 0 20 4 30 10 -1\n`;
    const ipv4 = { path: '/proc/net/tcp', content: { text: line('0500000A', '017100CB') } };
    const ipv6 = { path: '/proc/net/tcp6', content: { text: line(`${'0'.repeat(31)}5`, `${'0'.repeat(31)}6`) } };
    const off = { path: '/proc/net/tcp6', content: { error: 'missing', message: 'there is no such file' } } as const;
    const look = (...earlierFiles: CapturedFile[]) => observeEarlierSockets({ ...captureWith(), earlierFiles })?.();
    expect(look(ipv4, ipv6)).toMatchObject([
      { localAddress: '10.0.0.5', localPort: 40_000, peerAddress: '203.0.113.1', peerPort: 443 },
      { localAddress: '::5.0.0.0', localPort: 40_000, peerPort: 443 },
    ]);
    expect(look(ipv4, off)).toHaveLength(1);
  });

  test('processes are those whose files could be read', () => {
    const status = 'Uid:\t1\t1\t1\t1\nGid:\t2\t2\t2\t2\nGroups:\t\n';
    const gone = { error: 'missing', message: 'there is no such file' } as const;
    const files = { '/proc/12/status': { text: status }, '/proc/13/status': gone, '/proc/12/cgroup': gone };
    expect(observeProcesses(captureWith({}, files))).toEqual([{ pid: 12, uid: 1, gid: 2, fsgid: 2, groups: [] }]);
  });

  test('garbage is an obstacle', () => {
    const { obstacles } = observeSockets(captureWith({ sockets: 'once upon a time\n' }));
    expect(obstacles).toMatchObject([{ code: 'NAT1003', message: expect.stringContaining('line 1') }]);
  });
});

describe('routing', () => {
  const marked = {
    'rules-ipv4': recorded('routing/marked.rule.v4.txt'),
    'rules-ipv6': recorded('routing/marked.rule.v6.txt'),
    'routes-ipv4': recorded('routing/marked.route.v4.txt'),
    'routes-ipv6': recorded('routing/marked.route.v6.txt'),
    addresses: recorded('routing/marked.addr.txt'),
  };

  test('rules, routes and addresses of both families', () => {
    const { value, obstacles } = observeRouting(captureWith(marked));
    expect(value?.rules.filter((rule) => rule.mark !== undefined)).toHaveLength(4);
    expect(value?.routes.filter((route) => route.table === '133')).toHaveLength(2);
    expect(value?.addresses.map((address) => address.address)).toContain('::6');
    expect(obstacles).toEqual([]);
  });

  test('a table or a family that does not exist is an answer', () => {
    const { value, obstacles } = observeRouting(
      captureWith({
        ...marked,
        'routes-ipv4': { exitCode: 2, stderr: 'Error: ipv4: FIB table does not exist.\nDump terminated\n' },
        'rules-ipv6': { exitCode: 2, stderr: 'RTNETLINK answers: Address family not supported by protocol\n' },
      }),
    );
    expect(obstacles).toEqual([]);
    expect(value?.rules.every((rule) => rule.family === 'ipv4')).toBe(true);
  });

  test('without ip it is unknown', () => {
    const missing = { failure: 'not-found' } as const;
    const none = Object.fromEntries(Object.keys(marked).map((question) => [question, missing]));
    expect(observeRouting(captureWith(none))).toMatchObject({
      value: null,
      obstacles: [{ code: 'NAT1002', concerns: 'routing' }],
    });
    const hangs = observeRouting(captureWith({ ...marked, addresses: { failure: 'timed-out' } }));
    expect(hangs).toMatchObject({ value: null, obstacles: [{ code: 'NAT1003', concerns: 'routing' }] });
  });
});

describe('rights', () => {
  const status = (uid: number, effective: string) =>
    captureWith({}, { '/proc/self/status': { text: `Uid:\t${uid}\t${uid}\t0\t0\nCapEff:\t${effective}\n` } });
  const message = (uid: number, effective: string, needs: 'nft' | 'legacy' | 'legacy-names') => {
    const capture = status(uid, effective);
    return noRights([{ what: 'the rules', needs }], rightsOf(capture), capture)[0]?.message ?? '';
  };

  test('of /proc/self/status', () => {
    expect(rightsOf(status(1337, '0000000000000000'))).toEqual({ uid: 1337, netAdmin: false, netRaw: false });
    expect(rightsOf(status(0, '0000000000003000'))).toEqual({ uid: 0, netAdmin: true, netRaw: true });
    expect(rightsOf(status(0, '0000000000001000'))).toEqual({ uid: 0, netAdmin: true, netRaw: false });
    expect(rightsOf(captureWith({}, { '/proc/self/status': { text: 'Name:\tx\n' } }))).toBeNull();
  });

  test('exactly what is lacking is named', () => {
    expect(message(1337, '0', 'nft')).toMatch(/uid 1337\) lacks CAP_NET_ADMIN\. /);
    expect(message(0, '0', 'legacy')).toMatch(/uid 0\) lacks CAP_NET_ADMIN and CAP_NET_RAW\. /);
    expect(message(0, '1000', 'legacy')).toMatch(/lacks CAP_NET_RAW\. /);
    expect(message(1337, '3000', 'legacy-names')).toContain('not uid 0');
    expect(message(1337, '3000', 'legacy-names')).not.toContain('lacks');
    expect(message(0, '3000', 'nft')).toContain('user namespace');
  });

  test('the ways in name the pod only if its name is one', () => {
    expect(waysIn({ POD_NAME: 'web-1', POD_NAMESPACE: 'shop' })).toContain(
      'kubectl debug -it -n shop web-1 --profile=netadmin',
    );
    expect(waysIn({ POD_NAME: 'x; rm -rf /' })).toContain('-n NAMESPACE POD ');
  });
});

test('the first line of an error is fit for a terminal', () => {
  expect(firstLine('\n# Warning: legacy\n\u001b[31mbad\u202e thing\r\nmore')).toBe('[31mbad thing');
  expect(firstLine('x'.repeat(1000))).toHaveLength(200);
  expect(firstLine('')).toBe('');
});
