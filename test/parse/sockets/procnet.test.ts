import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Socket } from '../../../src/model/socket.ts';
import { parseProcNet, parseProcNetEnds } from '../../../src/parse/sockets/procnet.ts';
import { parseSs } from '../../../src/parse/sockets/ss.ts';

const recorded = (name: string) => readFileSync(new URL(`../../fixtures/ss/${name}.txt`, import.meta.url), 'utf8');

/** What both tell; an IPv6 wildcard that takes no IPv4 (v6only) is the one thing the kernel's list leaves out. */
function comparable(sockets: readonly Socket[]): string[] {
  return sockets
    .filter((socket) => socket.localPort !== 9090)
    .map(({ protocol, state, family, localAddress, localPort, peerAddress, peerPort, uid, inode }) =>
      JSON.stringify({ protocol, state, family, localAddress, localPort, peerAddress, peerPort, uid, inode }),
    )
    .sort();
}

test.each(['tcp', 'udp'] as const)('the kernel lists the same %s sockets as ss', (protocol) => {
  const lists = ['', '6'].map((family) => {
    const source = `proc-net-${protocol}${family}`;
    return parseProcNet(recorded(source), { source, protocol });
  });
  expect(lists.flatMap((list) => list.diagnostics)).toEqual([]);
  const fromSs = parseSs(recorded(protocol), { source: 'ss', protocol }).sockets;
  expect(comparable(lists.flatMap((list) => list.sockets))).toEqual(comparable(fromSs));
});

test('an IPv6 wildcard is taken to be one for both families, as it is unless told otherwise', () => {
  const { sockets } = parseProcNet(recorded('proc-net-tcp6'), { source: 'tcp6', protocol: 'tcp' });
  expect(sockets.find((socket) => socket.localPort === 9090)).toMatchObject({ family: 'any', localAddress: '*' });
});

test.each(['tcp', 'tcp6'])('the ends of /proc/net/%s are those of its sockets', (name) => {
  const text = recorded(`proc-net-${name}`);
  const { sockets } = parseProcNet(text, { source: name, protocol: 'tcp' });
  const ends = parseProcNetEnds(text);
  expect(ends.length).toBeGreaterThan(4);
  expect(ends).toEqual(
    sockets.map(({ state, localAddress, localPort, peerAddress, peerPort }) => ({
      state,
      localAddress,
      localPort,
      peerAddress,
      peerPort,
    })),
  );
});

test('a cut line is a complaint', () => {
  const cut = recorded('proc-net-tcp').trimEnd().slice(0, -90);
  expect(parseProcNet(cut, { source: 'tcp', protocol: 'tcp' }).diagnostics).toMatchObject([{ severity: 'error' }]);
});

test('never throws', () => {
  const pieces = recorded('proc-net-tcp').split(/(?<=[\s:])/);
  const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' })), { maxLength: 40 });
  const total = (parts: string[]) =>
    Array.isArray(parseProcNet(parts.join(''), { source: 'x', protocol: 'tcp' }).sockets);
  fc.assert(fc.property(text, total));
  fc.assert(fc.property(text, (parts) => Array.isArray(parseProcNetEnds(parts.join('')))));
});
