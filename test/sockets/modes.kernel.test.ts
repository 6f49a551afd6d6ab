import { expect, it } from 'vitest';
import { kernelTests, PEER_IPV4, PEER_IPV6, POD_IPV4, POD_IPV6 } from '../kernel/index.ts';
import { connectionOn, connectionTo, kindsOf, type Reader, World } from './world.ts';

const READERS: readonly Reader[] = ['root', 'proxy', 'elsewhere'];
const SERVICE_PORTS = [15090, 15021, 15020];

/** Envoy in TPROXY mode: root with the proxy's gid, and the client's address towards the application. */
const TPROXY = { transparent: true, keepsDestination: true, keepsClient: true, mark: 1337 };

kernelTests('a sidecar in TPROXY mode', () => {
  it('keeps the addresses of both sides, whoever looks', async () => {
    await using world = await World.create();
    await world.sidecar({ uid: 0, gid: 1337, name: 'envoy' }, TPROXY);
    await world.program({ interceptionMode: 'TPROXY', inboundPortsExclude: [...SERVICE_PORTS, 9090] });
    const app = await world.start({ uid: 1000, name: 'app' });
    await world.listen(app, 8080);
    await world.listen(app, 9090);
    await app.ask('connect', { to: '203.0.113.7', port: 443 });
    for (const to of [POD_IPV4, POD_IPV6]) await world.peer.ask('connect', { to, port: 8080 });
    await world.peer.ask('connect', { to: POD_IPV4, port: 9090 });
    for (const reader of READERS) {
      const answer = await world.look(reader);
      expect(kindsOf(answer, ({ localPort, uid }) => localPort === 8080 && uid === 0)).toEqual({
        'accepted-inbound': 2,
      });
      expect(
        kindsOf(answer, ({ localPort, uid, peer }) => localPort === 8080 && uid === 1000 && peer !== undefined),
      ).toEqual({ 'inbound-proxied': 2 });
      expect(kindsOf(answer, ({ peerPort }) => peerPort === 8080)).toEqual({ 'proxy-to-application': 2 });
      expect(connectionOn(answer, 9090)).toMatchObject({ kind: 'inbound-direct', peer: PEER_IPV4 });
      expect(connectionTo(answer, 443)).toMatchObject({ kind: 'outbound-proxied' });
      if (reader !== 'proxy') {
        expect(kindsOf(answer, ({ localPort, peer }) => localPort === 8080 && peer === undefined)).toEqual({
          'listener-captured': 2,
        });
      }
      expect(answer.summary.bypassing).toBe(1);
    }
  });

  it('a proxy and an application that are both root are told apart as far as can be seen', async () => {
    await using world = await World.create();
    await world.sidecar({ uid: 0, gid: 1337, name: 'envoy' }, TPROXY);
    await world.program({ interceptionMode: 'TPROXY', inboundPortsExclude: [...SERVICE_PORTS, 9090] });
    const app = await world.start({ uid: 0, name: 'app' });
    await world.listen(app, 8080);
    await world.listen(app, 9090);
    for (const port of [8080, 9090]) await world.peer.ask('connect', { to: POD_IPV4, port });
    const of = async (reader: Reader) =>
      kindsOf(
        await world.look(reader),
        ({ localPort, peer }) => [8080, 9090].includes(localPort) && peer !== undefined,
      );
    const told = { 'accepted-inbound': 1, 'inbound-proxied': 1, 'inbound-direct': 1 };
    expect(await of('root')).toEqual(told);
    expect(await of('elsewhere')).toEqual(told);
    expect(await of('proxy')).toEqual({ unknown: 2, 'inbound-proxied': 1 });
  });
});

const ZTUNNEL = { mark: 0x539, listenerMark: 0x539 };

/** ztunnel's sockets in the pod. */
async function ztunnel(world: World): Promise<void> {
  const proxy = await world.start({ uid: 0, name: 'ztunnel' });
  await world.listen(proxy, 15001, ZTUNNEL, 'outbound');
  await world.listen(proxy, 15006, { ...ZTUNNEL, keepsClient: true }, 'inbound');
  await world.listen(proxy, 15008, ZTUNNEL);
  await world.program({ dataplane: 'ambient' });
}

kernelTests('a pod in ambient', () => {
  it('ztunnel works on sockets without a process, whoever looks', async () => {
    await using world = await World.create();
    const app = await world.start({ uid: 1000, name: 'app' });
    await world.listen(app, 8080);
    await app.ask('connect', { to: '203.0.113.5', port: 5432 });
    await world.peer.ask('connect', { to: POD_IPV4, port: 8080, sourcePort: 50_000 });
    await ztunnel(world);
    for (const to of ['203.0.113.7', '2001:db8::7']) await app.ask('connect', { to, port: 443 });
    for (const to of [POD_IPV4, POD_IPV6]) await world.peer.ask('connect', { to, port: 8080 });
    for (const reader of READERS) {
      const answer = await world.look(reader);
      expect(kindsOf(answer, ({ peerPort, uid }) => peerPort === 443 && uid === 1000)).toEqual({
        'outbound-proxied': 2,
      });
      expect(connectionTo(answer, 5432)).toMatchObject({
        kind: 'outbound-direct',
        ...(reader === 'proxy' ? {} : { agreement: 'older' }),
      });
      const inbound = (entry: { localPort: number; peer?: string }) =>
        entry.localPort === 8080 && entry.peer !== undefined;
      expect(kindsOf(answer, inbound)).toEqual({ 'inbound-proxied': 2, 'inbound-direct': 1 });
      const direct = answer.sockets.find(({ kind }) => kind === 'inbound-direct');
      expect(direct).toMatchObject({ peer: PEER_IPV4, peerPort: 50_000 });
      expect(kindsOf(answer, ({ localPort, peer }) => localPort === 15006 && peer !== undefined)).toEqual({
        'accepted-inbound': 2,
      });
      // Marks tell ztunnel's connections from those of others that are root, for who may see them.
      const upstream = kindsOf(answer, ({ peerPort, uid }) => peerPort === 443 && uid === 0);
      expect(upstream).toEqual(reader === 'proxy' ? { unknown: 2 } : { 'proxy-upstream': 2 });
      expect(answer.summary.bypassing).toBe(2);
    }
  });

  it('an application that is root is not taken for ztunnel', async () => {
    await using world = await World.create();
    const app = await world.start({ uid: 0, name: 'app' });
    await app.ask('connect', { to: '203.0.113.5', port: 5432 });
    await ztunnel(world);
    await app.ask('connect', { to: '203.0.113.7', port: 443 });
    for (const reader of ['root', 'elsewhere'] as const) {
      const answer = await world.look(reader);
      expect(connectionTo(answer, 5432, 0)).toMatchObject({ kind: 'outbound-direct' });
      expect(kindsOf(answer, ({ peerPort }) => peerPort === 443)).toEqual({
        'outbound-proxied': 1,
        'proxy-upstream': 1,
      });
    }
    const blind = await world.look('proxy');
    expect(connectionTo(blind, 5432, 0)).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('as root'),
    });
  });
});

kernelTests('addresses', () => {
  it('a connection of IPv6 that is older than its rules is one of IPv6', async () => {
    await using world = await World.create();
    await world.sidecar();
    const app = await world.start({ uid: 1000, name: 'app' });
    await world.listen(app, 8080);
    await app.ask('connect', { to: '2001:db8::5', port: 5432 });
    await world.peer.ask('connect', { to: POD_IPV6, port: 8080 });
    await world.program();
    const answer = await world.look();
    expect(connectionTo(answer, 5432)).toMatchObject({ kind: 'outbound-direct', agreement: 'older' });
    expect(connectionOn(answer, 8080)).toMatchObject({ kind: 'inbound-direct', agreement: 'older', peer: PEER_IPV6 });
  });
});
