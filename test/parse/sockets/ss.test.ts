import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isListener, type Socket } from '../../../src/model/socket.ts';
import { parseSs } from '../../../src/parse/sockets/ss.ts';

const recorded = (name: string) => readFileSync(new URL(`../../fixtures/ss/${name}.txt`, import.meta.url), 'utf8');
const parse = (text: string) => parseSs(text, { source: 'ss' });
const without = (sockets: readonly Socket[], ...keys: (keyof Socket)[]) =>
  sockets.map((socket) =>
    Object.fromEntries(Object.entries(socket).filter(([key]) => !keys.includes(key as keyof Socket))),
  );

function at(port: number, state?: string): Socket {
  const found = parse(recorded('tcp') + recorded('udp')).sockets.filter(
    (socket) => socket.localPort === port && (state === undefined || socket.state === state),
  );
  expect(found).toHaveLength(1);
  return found[0] as Socket;
}

describe('recorded sockets', () => {
  test.each([
    'tcp',
    'tcp-header',
    'udp',
    'tcp-udp-netid',
    'all-families',
    'tcp-listeners-plain',
    'tcp-info',
    'tcp-unprivileged',
  ])('%s: every line is understood', (name) => expect(parse(recorded(name)).diagnostics).toEqual([]));

  test('header, Netid and -i lines change nothing about what is read', () => {
    const plain = parse(recorded('tcp')).sockets;
    expect(plain).toHaveLength(29);
    expect(parse(recorded('tcp-header')).sockets).toEqual(plain);
    const info = parse(recorded('tcp-info')).sockets;
    expect(without(info, 'text')).toEqual(without(plain, 'text'));
    const both = parse(recorded('tcp-udp-netid')).sockets;
    expect(both).toHaveLength(32);
    expect(
      without(
        both.filter((socket) => socket.protocol === 'tcp'),
        'text',
      ),
    ).toEqual(without(plain, 'text'));
    expect(without(parse(recorded('all-families')).sockets, 'text')).toEqual(without(both, 'text'));
  });

  test('the proxy', () => {
    expect(at(15006)).toMatchObject({
      protocol: 'tcp',
      state: 'LISTEN',
      family: 'ipv4',
      localAddress: '0.0.0.0',
      peerAddress: '*',
      peerPort: null,
      uid: 1337,
      process: { name: 'envoy', pid: expect.any(Number) },
    });
    expect(at(15021)).toMatchObject({ family: 'any', localAddress: '*' });
    expect(at(9090)).toMatchObject({ family: 'ipv6', localAddress: '::' });
  });

  test('uid 0 is what -e leaves out', () => {
    expect(at(22, 'LISTEN').uid).toBe(0);
    expect(recorded('tcp')).not.toContain('uid:0 ino:6');
  });

  test('control groups, where ss shows them', () => {
    expect(at(15006).cgroup).toBe('unreachable:1');
    expect(at(40501)).not.toHaveProperty('cgroup');
    const named = 'ESTAB 0 0 10.0.0.5:80 10.0.0.9:4 users:(("x cgroup:/a",pid=1,fd=3)) uid:1 ino:2 sk:3 cgroup:/b <->';
    expect(parse(named).sockets[0]?.cgroup).toBe('/b');
  });

  test('a socket that nobody holds has no owner: TIME-WAIT, orphans, connections that were not accepted', () => {
    expect(at(40501)).toMatchObject({ state: 'TIME-WAIT', uid: null, inode: 0 });
    expect(at(40500)).toMatchObject({ state: 'FIN-WAIT-2', uid: null, inode: 0 });
    expect(at(22, 'ESTAB')).toMatchObject({ uid: null, inode: 0 });
  });

  test('without -e there is no owner to speak of', () => {
    const plain = parse(recorded('tcp-listeners-plain')).sockets;
    expect(plain).toHaveLength(20);
    expect(plain.every((socket) => socket.uid === null && socket.inode === null && isListener(socket))).toBe(true);
  });

  test('without rights there are owners but no processes and no marks', () => {
    const mine = without(parse(recorded('tcp')).sockets, 'process', 'mark', 'text');
    expect(without(parse(recorded('tcp-unprivileged')).sockets, 'text')).toEqual(mine);
  });

  test('an IPv4 connection of an IPv6 socket is what netfilter sees of it', () => {
    expect(at(8080, 'ESTAB')).toMatchObject({
      family: 'ipv4',
      localAddress: '10.88.0.2',
      peerAddress: '10.88.0.2',
      peerPort: 40200,
    });
  });

  test('interfaces, scopes and marks', () => {
    expect(at(7001)).toMatchObject({ localAddress: '0.0.0.0', interface: 'eth0' });
    expect(at(7002)).toMatchObject({ localAddress: 'fe80::2', interface: 'eth0' });
    expect(at(40400).mark).toBe(0x539);
  });

  test('names of processes that try to look like something else', () => {
    expect(at(7101)).toMatchObject({ uid: 1001, process: { name: 'two words' } });
    expect(at(7102)).toMatchObject({ uid: 1001, process: { name: 'q"uo\'te' } });
    expect(at(7104)).toMatchObject({ uid: 1001, process: { name: '\u001b[31mred' } });
    expect(at(7105)).toMatchObject({ uid: 1001, process: { name: 'new\nline' } });
    expect(at(7106)).toMatchObject({ uid: 1001, process: { name: 'x",pid=1,fd=3' } });
    expect(at(7106).process?.pid).not.toBe(1);
    expect(at(7107)).toMatchObject({ uid: 1001, process: { name: 'a uid:0 ino:1' } });
    expect(at(7107).inode).not.toBe(1);
    expect(at(7108)).toMatchObject({ uid: 1001, process: { name: 'läng\u202eer' } });
  });

  test('UDP without Netid is told by its states', () => {
    const udp = parse(recorded('udp')).sockets;
    expect(udp.map((socket) => [socket.protocol, socket.state])).toEqual([
      ['udp', 'UNCONN'],
      ['udp', 'ESTAB'],
      ['udp', 'UNCONN'],
    ]);
  });
});

describe('other versions of iproute2, in the notation their source prints', () => {
  const one = (line: string) => {
    const { sockets, diagnostics } = parse(line);
    expect(diagnostics).toEqual([]);
    expect(sockets).toHaveLength(1);
    return sockets[0] as Socket;
  };

  test('columns that touch', () => {
    expect(one('ESTAB0      0      10.0.0.1:80 10.0.0.2:4000users:(("a",pid=1,fd=2)) uid:5 ino:6 sk:7')).toMatchObject({
      state: 'ESTAB',
      peerPort: 4000,
      uid: 5,
      process: { name: 'a', pid: 1 },
    });
    expect(one('FIN-WAIT-20 0 10.0.0.1:80 10.0.0.2:4000timer:(timewait,1sec,0) ino:0 sk:1')).toMatchObject({
      state: 'FIN-WAIT-2',
      peerPort: 4000,
    });
  });

  test('before brackets, * was the wildcard of IPv4 and ::: that of both', () => {
    const { sockets } = parse('LISTEN 0 128 *:22 *:*\nLISTEN 0 128 :::22 :::*\nLISTEN 0 128 ::1:631 :::*\n');
    expect(sockets.map((socket) => [socket.family, socket.localAddress])).toEqual([
      ['ipv4', '0.0.0.0'],
      ['any', '*'],
      ['ipv6', '::1'],
    ]);
  });

  test('several processes, threads, security contexts, the old form', () => {
    const text = 'LISTEN 0 1 *:80 *:* users:(("a",pid=1,fd=2),("b",pid=3,fd=4)) uid:9 ino:8 sk:7 v6only:0 <->';
    expect(one(text)).toMatchObject({ process: { name: 'a', pid: 1 }, uid: 9, inode: 8 });
    expect(one(text.replaceAll(',fd=', ',tid=5,fd=')).process).toEqual({ name: 'a', pid: 1 });
    expect(one(text.replace(',fd=2', ',proc_ctx=u:r:t:s0,fd=2,sock_ctx=u:o')).process).toEqual({ name: 'a', pid: 1 });
    expect(one('LISTEN 0 1 *:80 *:* users:(("nginx",5,6),("nginx",7,6)) uid:9 ino:8 sk:7')).toMatchObject({
      process: { name: 'nginx', pid: 5 },
      uid: 9,
    });
  });

  test('a longer name than kernels allow today loses its process, not its owner', () => {
    expect(
      one('LISTEN 0 1 *:80 *:* users:(("a-very-long-name-of-a-process",pid=1,fd=2)) uid:9 ino:8 sk:7'),
    ).toMatchObject({
      uid: 9,
      inode: 8,
    });
  });

  test('a scope inside the brackets', () => {
    expect(one('LISTEN 0 1 [fe80::1%eth0]:53 [::]:*')).toMatchObject({ localAddress: 'fe80::1', interface: 'eth0' });
  });
});

describe('text that is not as it should be', () => {
  const complaint = (text: string) => {
    const { sockets, diagnostics } = parse(text);
    expect(sockets).toEqual([]);
    expect(diagnostics).toHaveLength(1);
    return diagnostics[0];
  };

  test('names that only the machine can resolve', () => {
    // 8008 on some distributions, 8080 on others.
    expect(complaint('LISTEN 0 128 0.0.0.0:http-alt 0.0.0.0:*')).toMatchObject({
      line: 1,
      severity: 'error',
      message: expect.stringContaining('-n'),
    });
    expect(complaint('ESTAB 0 0 web.example.org:80 10.0.0.1:5')?.message).toContain('-n');
  });

  test('cut off, out of range, something else', () => {
    expect(complaint('LISTEN 0 128 0.0.0.0')?.severity).toBe('error');
    expect(complaint('LISTEN 0 128 0.0.0.0:70000 0.0.0.0:*')?.severity).toBe('error');
    expect(complaint('once upon a time')).toMatchObject({ line: 1, text: 'once upon a time' });
  });

  test('a flood of nonsense gives a few complaints and the number of the rest', () => {
    const { diagnostics } = parse('nonsense\n'.repeat(100_000));
    expect(diagnostics).toHaveLength(21);
    expect(diagnostics.at(-1)?.message).toContain('99980');
  });

  test('never throws', () => {
    const pieces = recorded('tcp').split(/(?<=[\s:(),"])/);
    const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' })), { maxLength: 60 });
    fc.assert(fc.property(text, (parts) => Array.isArray(parse(parts.join('')).sockets)));
  });

  test('a line cut anywhere never gives an owner that the whole line does not have', () => {
    for (const line of recorded('tcp').split('\n')) {
      const whole = parse(line).sockets[0];
      for (let length = 0; length < line.length; length += 1) {
        const cut = parse(line.slice(0, length)).sockets[0];
        if (cut !== undefined && cut.process !== undefined) expect(cut.process).toEqual(whole?.process);
      }
    }
  });

  test.each([
    ['sockets', recorded('tcp').repeat(3500)],
    ['indented lines', `LISTEN 0 1 *:80 *:*\n${' cubic\n'.repeat(300_000)}`],
    ['an open list of processes', `LISTEN 0 1 *:80 *:* users:((\n${'x\n'.repeat(300_000)}`],
    ['one endless word', `LISTEN 0 1 ${':'.repeat(2_000_000)} *:*`],
    ['one endless line', `LISTEN 0 1 *:80 *:* users:((${'"x",pid=1,'.repeat(200_000)}`],
  ])('takes no longer on 100,000 lines of %s than their length allows: else it would be minutes', (_, text) => {
    const { sockets, diagnostics } = parse(text);
    expect(sockets.length + diagnostics.length).toBeGreaterThan(0);
  });
});
