import { expect, it } from 'vitest';
import type { SocketsAnswer } from '../../src/sockets/report.ts';
import { kernelTests, PEER_IPV4, POD_IPV4 } from '../kernel/index.ts';
import { connectionOn, connectionTo, kindsOf, listenerOn, type Reader, World } from './world.ts';

const READERS: readonly Reader[] = ['root', 'proxy'];

/** From then on nothing is captured. */
const RULES_GONE = ['iptables-nft', '-t', 'nat', '-I', 'OUTPUT', '-j', 'RETURN'];

/** What the application has with other hosts. */
const ofApplication = (answer: SocketsAnswer) =>
  kindsOf(answer, ({ uid, peer }) => uid === 1000 && peer !== undefined && peer !== '127.0.0.6');

kernelTests('connections that share a port', () => {
  it('older ones are not taken for captured because the rules would capture them now', async () => {
    await using world = await World.create();
    const app = await world.start({ uid: 1000, name: 'app' });
    await app.ask('connect', { to: '203.0.113.7', port: 5432, sourcePort: 45_000 });
    await world.sidecar();
    await world.program({ outboundPortsExclude: [3306] });
    for (const port of [443, 15012]) await app.ask('connect', { to: '203.0.113.8', port, sourcePort: 45_000 });
    for (const reader of READERS) expect(ofApplication(await world.look(reader))).toEqual({ unknown: 3 });
    await app.ask('connect', { to: '203.0.113.7', port: 3306, sourcePort: 45_000 });
    expect(ofApplication(await world.look())).toEqual({ unknown: 3, 'outbound-direct': 1 });
  });

  it('only one of them may be captured, and older ones have ports of their own', async () => {
    await using world = await World.create();
    const app = await world.start({ uid: 1000, name: 'app' });
    await app.ask('connect', { to: '203.0.113.7', port: 5432 });
    await world.sidecar();
    await world.program({ outboundPortsExclude: [3306] });
    for (const port of [443, 3306]) await app.ask('connect', { to: '203.0.113.8', port, sourcePort: 45_000 });
    const answer = await world.look();
    expect(connectionTo(answer, 443).kind).toBe('outbound-proxied');
    expect(connectionTo(answer, 3306).kind).toBe('outbound-direct');
    expect(connectionTo(answer, 5432)).toMatchObject({ kind: 'outbound-direct', agreement: 'older' });
  });

  it('without the rules others to the same port tell, unless they stand both ways', async () => {
    await using world = await World.create();
    const app = await world.start({ uid: 1000, name: 'app' });
    const proxy = await world.sidecar();
    await world.program({ outboundPortsExclude: [3306] });
    await proxy.ask('connect', { to: '203.0.113.9', port: 443, count: 30 });
    for (const port of [443, 3306]) {
      await app.ask('connect', { to: '203.0.113.7', port, count: 30 });
      for (const sourcePort of [45_000, 45_001, 45_002])
        await app.ask('connect', { to: '203.0.113.8', port, sourcePort, shared: true });
    }
    const kindsTo = async (port: number, host: string) =>
      kindsOf(
        await world.look('proxy'),
        ({ uid, peer, peerPort }) => uid === 1000 && peer === host && peerPort === port,
      );
    for (const [host, count] of [
      ['203.0.113.7', 30],
      ['203.0.113.8', 3],
    ] as const) {
      expect(await kindsTo(443, host)).toEqual({ 'outbound-proxied': count });
      expect(await kindsTo(3306, host)).toEqual({ 'outbound-direct': count });
    }
    await world.run(RULES_GONE);
    await app.ask('connect', { to: '203.0.113.10', port: 443, count: 30 });
    await app.ask('connect', { to: '203.0.113.10', port: 443, sourcePort: 45_000, shared: true });
    expect(await kindsTo(443, '203.0.113.8')).toEqual({ unknown: 3 });
  });

  it('rules that would let them by now may be younger than they are', async () => {
    await using world = await World.create();
    const app = await world.start({ uid: 1000, name: 'app' });
    await world.sidecar();
    await world.program();
    await app.ask('connect', { to: '203.0.113.7', port: 443, count: 5 });
    for (const to of ['203.0.113.8', '203.0.113.9'])
      await app.ask('connect', { to, port: 443, sourcePort: 45_000, shared: true });
    await world.run(RULES_GONE);
    await app.ask('connect', { to: '203.0.113.10', port: 443, sourcePort: 45_000, shared: true });
    for (const reader of READERS)
      expect(ofApplication(await world.look(reader))).toEqual({ 'outbound-proxied': 5, unknown: 3 });
  });

  it('one that was opened from the port that a captured one was given is not taken for it', async () => {
    await using world = await World.create();
    const app = await world.start({ uid: 1000, name: 'app' });
    await world.sidecar();
    await world.program({ outboundPortsExclude: [3306] });
    for (const to of ['203.0.113.7', '203.0.113.8'])
      await app.ask('connect', { to, port: 443, sourcePort: 45_000, shared: true });
    const given = (await world.look()).sockets.flatMap(({ kind, peerPort }) =>
      kind === 'accepted-outbound' && peerPort !== 45_000 ? [peerPort] : [],
    );
    expect(given).toHaveLength(1);
    await app.ask('connect', { to: '203.0.113.9', port: 3306, sourcePort: given[0] });
    expect(connectionTo(await world.look(), 3306).kind).toBe('unknown');
  });

  it('a hidden gid may be that of the proxy', async () => {
    await using world = await World.create();
    await world.sidecar();
    await world.program();
    const member = await world.start({ uid: 1000, gid: 1337, name: 'member' });
    await member.ask('connect', { to: '203.0.113.8', port: 5432, sourcePort: 45_000, shared: true });
    const app = await world.start({ uid: 1000, name: 'app' });
    await app.ask('connect', { to: '203.0.113.8', port: 443, sourcePort: 45_000, shared: true });
    expect(ofApplication(await world.look('elsewhere'))).toEqual({ unknown: 2 });
    expect(ofApplication(await world.look('root'))).toEqual({ 'outbound-proxied': 1, 'outbound-direct': 1 });
  });

  it('one that is closing does not take the partner of another', async () => {
    await using world = await World.create();
    await world.sidecar();
    await world.program({ outboundPortsExclude: [3306] });
    const app = await world.start({ uid: 1000, name: 'app' });
    await app.ask('connect', { to: '203.0.113.7', port: 3306, sourcePort: 45_000, finish: true });
    await app.ask('connect', { to: '203.0.113.8', port: 443, sourcePort: 45_000 });
    for (const reader of READERS) {
      const answer = await world.look(reader);
      expect(connectionTo(answer, 3306)).toMatchObject({ kind: 'transient', state: 'FIN-WAIT-2' });
      expect(connectionTo(answer, 443).kind).toBe('outbound-proxied');
    }
  });

  it('what came in on the port that another one goes out from does not take its partner', async () => {
    await using world = await World.create();
    await world.sidecar();
    await world.program({ inboundPortsExclude: [15090, 15021, 15020, 5060] });
    const app = await world.start({ uid: 1000, name: 'app' });
    await app.ask('listen', { address: '0.0.0.0', port: 5060, shared: true });
    await world.peer.ask('connect', { to: POD_IPV4, port: 5060 });
    expect(connectionOn(await world.look(), 5060).kind).toBe('inbound-direct');
    await app.ask('connect', { to: '203.0.113.8', port: 443, sourcePort: 5060, shared: true });
    for (const reader of READERS) {
      const answer = await world.look(reader);
      expect(ofApplication(answer)).toEqual({ unknown: 2 });
      expect(connectionOn(answer, 5060, PEER_IPV4).because).toContain('opens connections from the port it listens on');
    }
  });
});

kernelTests('a proxy on other ports, without the rules that name them', () => {
  const PORTS = { proxyPort: 16_001, inboundCapturePort: 16_006 };

  it('its outbound port is told by what it accepted', async () => {
    await using world = await World.create();
    const proxy = await world.start({ uid: 1337, name: 'envoy' });
    await world.listen(proxy, PORTS.proxyPort, {}, 'outbound');
    await world.listen(proxy, PORTS.inboundCapturePort, {}, 'inbound');
    await world.listen(proxy, 15021);
    await world.program({ ...PORTS, outboundPortsExclude: [3306] });
    const app = await world.start({ uid: 1000, name: 'app' });
    await app.ask('connect', { to: '203.0.113.8', port: 3306 });
    expect(connectionTo(await world.look(), 3306).kind).toBe('outbound-direct');
    expect(connectionTo(await world.look('proxy'), 3306)).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('15001'),
    });
    for (const to of ['203.0.113.7', '2001:db8::7']) await app.ask('connect', { to, port: 443 });
    // A call to the pod itself is led to the inbound port.
    await app.ask('listen', { address: '0.0.0.0', port: 8080 });
    await proxy.ask('connect', { to: POD_IPV4, port: 8080 });
    await world.peer.ask('connect', { to: POD_IPV4, port: 8080 });
    const answer = await world.look('proxy');
    expect(ofApplication(answer)).toEqual({ 'outbound-proxied': 2, 'outbound-direct': 1 });
    expect(connectionOn(answer, PORTS.inboundCapturePort, PEER_IPV4).kind).toBe('accepted-inbound');
    expect(kindsOf(answer, ({ localPort, peer }) => localPort === PORTS.proxyPort && peer !== undefined)).toEqual({
      'accepted-outbound': 2,
    });
  });
});

kernelTests('a connection that waits to be accepted', () => {
  it('is nobody’s, and no application under the id of the proxy', async () => {
    await using world = await World.create();
    const proxy = await world.start({ uid: 1337, name: 'envoy' });
    for (const port of [15001, 15006, 15021]) await proxy.ask('listen', { address: '0.0.0.0', port, busy: true });
    await world.program();
    const app = await world.start({ uid: 1000, name: 'app' });
    await app.ask('connect', { to: '203.0.113.7', port: 443 });
    await world.peer.ask('connect', { to: POD_IPV4, port: 15021 });
    for (const reader of READERS) {
      const answer = await world.look(reader);
      expect(listenerOn(answer, 15021).kind).toBe('proxy-listener');
      expect(connectionTo(answer, 443).kind).toBe('outbound-proxied');
      expect(connectionOn(answer, 15001)).toMatchObject({ kind: 'accepted-outbound', holder: 'nobody' });
      expect(connectionOn(answer, 15021)).toMatchObject({ kind: 'probe', holder: 'nobody' });
      expect(answer.summary.bypassing).toBe(0);
    }
  });
});
