import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import type { Process, Socket } from '../../src/model/socket.ts';
import { classifySockets, type SocketFacts } from '../../src/sockets/index.ts';
import { USUAL_PORTS } from '../../src/sockets/ports.ts';
import { answerOf } from '../../src/sockets/report.ts';

const ADDRESSES = [
  '10.0.0.5',
  '10.0.0.9',
  '203.0.113.7',
  '127.0.0.1',
  '127.0.0.6',
  'fd00::5',
  '2001:db8::7',
  '::1',
  '::6',
];
const PORTS = [80, 53, 8080, 15001, 15006, 15008, 15021, 15053, 15012, 40_000, 40_001];
const STATES = ['LISTEN', 'ESTAB', 'UNCONN', 'TIME-WAIT', 'CLOSE-WAIT', 'SYN-SENT', 'SYN-RECV'];

/** Sockets as a parser could give them: of few addresses and ports, so that many of them belong together or seem to. */
const socket: fc.Arbitrary<Socket> = fc
  .record({
    protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    state: fc.constantFrom(...STATES),
    localAddress: fc.constantFrom(...ADDRESSES, '*', '0.0.0.0', '::'),
    localPort: fc.constantFrom(...PORTS),
    peerAddress: fc.constantFrom(...ADDRESSES),
    peerPort: fc.option(fc.constantFrom(...PORTS)),
    uid: fc.option(fc.constantFrom(0, 1000, 1337)),
    process: fc.option(fc.record({ name: fc.constantFrom('envoy', 'app'), pid: fc.integer({ min: 1, max: 4 }) })),
    mark: fc.option(fc.constantFrom(0x539, 7)),
    cgroup: fc.option(fc.constantFrom('/a', '/b')),
  })
  .map(({ process, mark, cgroup, ...rest }) => ({
    ...rest,
    family: rest.localAddress === '*' ? 'any' : rest.localAddress.includes(':') ? 'ipv6' : 'ipv4',
    peerAddress: rest.peerPort === null ? '*' : rest.peerAddress,
    inode: 1,
    text: 'ESTAB',
    ...(process === null ? {} : { process }),
    ...(mark === null ? {} : { mark }),
    ...(cgroup === null ? {} : { cgroup }),
  }));

const processes: readonly Process[] = [1, 2, 3].map((pid) => ({ pid, uid: 1000, gid: 1337, fsgid: 1337, groups: [] }));
const rules = {
  ruleset: buildLayout(defaultConfig('1.28.10')),
  coverage: [{ family: 'ipv4' as const, tables: 'all' as const }],
};

function facts(sockets: readonly Socket[], more: Partial<SocketFacts>): SocketFacts {
  return { sockets, rules, addresses: null, processes, ports: USUAL_PORTS, ...more };
}

it('every socket gets an answer, in its place, whatever the others are', () => {
  fc.assert(
    fc.property(fc.array(socket, { maxLength: 30 }), fc.boolean(), fc.boolean(), (sockets, blind, twice) => {
      const view = classifySockets(
        facts(sockets, { ...(blind ? { rules: null } : {}), ...(twice ? { earlier: () => sockets } : {}) }),
      );
      expect(view.sockets.map((seen) => seen.socket)).toEqual(sockets);
      const { summary, sockets: entries } = answerOf(view, { readable: true, capturing: true });
      expect(summary.bypassing).toBe(entries.filter(({ bypass }) => bypass !== undefined).length);
      expect(Object.values(summary.counts).reduce((sum, count) => sum + count, 0)).toBe(sockets.length);
    }),
    { seed: 20261102, numRuns: 500 },
  );
});

it('what only one of two looks saw is never said to bypass the proxy', () => {
  fc.assert(
    fc.property(fc.array(socket, { maxLength: 30 }), (sockets) => {
      const { sockets: seen } = classifySockets(facts(sockets, { earlier: () => [] }));
      expect(seen.filter(({ kind, holder }) => kind.endsWith('-direct') && holder !== 'proxy')).toEqual([]);
    }),
    { seed: 20261103, numRuns: 500 },
  );
});

it('the order in which ss shows sockets makes no difference', () => {
  fc.assert(
    fc.property(fc.uniqueArray(socket, { maxLength: 20, selector: endsOf }), (sockets) => {
      const kinds = (given: readonly Socket[]) =>
        new Map(classifySockets(facts(given, {})).sockets.map((seen) => [seen.socket, `${seen.kind} ${seen.holder}`]));
      expect(kinds(sockets.toReversed())).toEqual(kinds(sockets));
    }),
    { seed: 20261104, numRuns: 500 },
  );
});

function endsOf({ protocol, localAddress, localPort, peerAddress, peerPort }: Socket): string {
  return `${protocol} ${localAddress} ${localPort} ${peerAddress} ${peerPort}`;
}
