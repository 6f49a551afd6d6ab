import { expect, it } from 'vitest';
import type { SocketsAnswer } from '../../src/sockets/report.ts';
import { kernelTests, PEER_IPV4, PEER_IPV6, POD_IPV4, POD_IPV6 } from '../kernel/index.ts';
import { connectionOn, connectionTo, kindsOf, listenerOn, type Reader, World } from './world.ts';

const READERS: readonly Reader[] = ['root', 'proxy', 'elsewhere'];

/** Without rights there are no rules to hold the sockets against. */
const predicted = (reader: Reader, expected: object) => (reader === 'proxy' ? {} : expected);

kernelTests('a sidecar in REDIRECT mode', () => {
  it('every way out and in, whoever looks', async () => {
    await using world = await World.create();
    await world.sidecar();
    const app = await world.start({ uid: 1000, name: 'app' });
    await app.ask('listen', { address: '::', port: 8080, mapped: true });
    await app.ask('listen', { address: '::', port: 9090, mapped: true });
    await app.ask('listen', { address: '127.0.0.1', port: 7070 });
    await app.ask('connect', { to: '203.0.113.5', port: 5432 });
    await world.program({ outboundPortsExclude: [3306], inboundPortsExclude: [15090, 15021, 15020, 9090] });
    await app.ask('connect', { to: '203.0.113.7', port: 443 });
    await app.ask('connect', { to: '2001:db8::7', port: 443 });
    await app.ask('connect', { to: '203.0.113.8', port: 443, mapped: true });
    await app.ask('connect', { to: '203.0.113.7', port: 3306 });
    await app.ask('connect', { to: '203.0.113.7', port: 53 });
    await app.ask('udp', { to: '203.0.113.7', port: 53 });
    await app.ask('udp', { to: '203.0.113.7', port: 9999 });
    await app.ask('connect', { to: '127.0.0.1', port: 7070 });
    for (const to of [POD_IPV4, POD_IPV6]) await world.peer.ask('connect', { to, port: 8080 });
    await world.peer.ask('connect', { to: POD_IPV4, port: 9090 });
    await world.peer.ask('connect', { to: POD_IPV4, port: 15021 });

    for (const reader of READERS) seenBy(reader, await world.look(reader));
  });

  it('a proxy that is captured itself is seen as a loop, whoever looks', async () => {
    await using world = await World.create();
    const proxy = await world.sidecar({ uid: 1337, name: 'envoy' });
    await world.listen(proxy, 15090);
    // The rules exempt another uid, so what the proxy sends comes back to it.
    await world.program({ proxyUid: [4444], proxyGid: [4444] });
    await proxy.ask('connect', { to: '203.0.113.7', port: 15012 });
    for (const reader of READERS) {
      const answer = await world.look(reader);
      expect(kindsOf(answer, ({ peer }) => peer !== undefined)['proxy-loop']).toBeGreaterThanOrEqual(2);
      expect(kindsOf(answer)).not.toHaveProperty('outbound-proxied');
      expect(answer.summary.sentence).toContain('The proxy is connected to itself');
    }
  });

  it('connections that share a port are told apart from those that bypass', async () => {
    await using world = await World.create();
    await world.sidecar();
    await world.program({ outboundPortsExclude: [3306] });
    const app = await world.start({ uid: 1000, name: 'app' });
    for (const to of ['203.0.113.7', '203.0.113.8', '203.0.113.9']) {
      await app.ask('connect', { to, port: 443, sourcePort: 45_000 });
    }
    const seenAs = async (reader: Reader) =>
      kindsOf(await world.look(reader), ({ uid, peer }) => uid === 1000 && peer !== undefined);
    for (const reader of READERS) expect(await seenAs(reader)).toEqual({ 'outbound-proxied': 3 });
    await app.ask('connect', { to: '203.0.113.7', port: 3306, sourcePort: 45_000 });
    expect(await seenAs('root')).toEqual({ 'outbound-proxied': 3, 'outbound-direct': 1 });
    expect(await seenAs('proxy')).toEqual({ unknown: 4 });
  });

  it('what is closing proves nothing', async () => {
    await using world = await World.create();
    const proxy = await world.sidecar();
    await world.program();
    const app = await world.start({ uid: 1000, name: 'app' });
    await app.ask('connect', { to: '203.0.113.7', port: 443 });
    expect(connectionTo(await world.look(), 443).kind).toBe('outbound-proxied');
    await proxy.stop();
    const answer = await world.look();
    expect(connectionTo(answer, 443).state).not.toBe('ESTAB');
    expect(answer.summary.bypassing).toBe(0);
  });
});

function seenBy(reader: Reader, answer: SocketsAnswer): void {
  expect(answer.proxy?.uids).toEqual([1337]);
  expect(answer.rules.readable).toBe(reader !== 'proxy');
  const out = answer.sockets.filter(({ peerPort, uid }) => peerPort === 443 && uid === 1000);
  expect(out.map(({ kind, partner }) => [kind, partner?.localPort])).toEqual(
    Array.from({ length: 3 }, () => ['outbound-proxied', 15001]),
  );
  expect(out.map(({ agreement }) => agreement)).toEqual(
    Array.from({ length: 3 }, () => (reader === 'proxy' ? undefined : 'agrees')),
  );
  expect(connectionTo(answer, 3306)).toMatchObject({
    kind: 'outbound-direct',
    bypass: 'warning',
    ...predicted(reader, {
      agreement: 'agrees',
      prediction: { rule: { text: '-A ISTIO_OUTPUT -p tcp -m tcp --dport 3306 -j RETURN' } },
    }),
  });
  // Who has no gid to show may have the proxy's.
  const older = reader === 'root' ? 'older' : 'gid';
  expect(connectionTo(answer, 5432)).toMatchObject({
    kind: 'outbound-direct',
    bypass: 'warning',
    ...predicted(reader, { agreement: older }),
  });
  expect(connectionOn(answer, 9090, PEER_IPV4)).toMatchObject({
    kind: 'inbound-direct',
    bypass: 'warning',
    ...predicted(reader, {
      agreement: 'agrees',
      prediction: { rule: { text: '-A ISTIO_INBOUND -p tcp -m tcp --dport 9090 -j RETURN' } },
    }),
  });
  expect(connectionOn(answer, 8080, '127.0.0.6')).toMatchObject({ kind: 'inbound-proxied', holder: 'application' });
  expect(connectionOn(answer, 8080, '::6')).toMatchObject({ kind: 'inbound-proxied', holder: 'application' });
  expect(connectionOn(answer, 15006, PEER_IPV6)).toMatchObject({ kind: 'accepted-inbound', holder: 'proxy' });
  expect(connectionOn(answer, 15021)).toMatchObject({ kind: 'probe' });
  const listeners = { 8080: 'captured', 9090: 'excluded', 7070: 'loopback' } as const;
  for (const [port, what] of Object.entries(listeners)) {
    const kind = reader === 'proxy' && what !== 'loopback' ? 'listener' : `listener-${what}`;
    expect(listenerOn(answer, Number(port)).kind).toBe(kind);
  }
  expect(kindsOf(answer, ({ peer }) => peer !== undefined)).toEqual({
    'outbound-proxied': 3,
    'outbound-direct': 2,
    'inbound-proxied': 2,
    'inbound-direct': 1,
    'accepted-outbound': 4,
    'accepted-inbound': 2,
    'proxy-to-application': 2,
    'proxy-upstream': 3,
    dns: 3,
    udp: 1,
    probe: 1,
    loopback: 2,
  });
  expect(answer.summary.bypassing).toBe(3);
}
