import { expect, it } from 'vitest';
import { kernelTests, POD_IPV4 } from '../kernel/index.ts';
import { connectionTo, kindsOf, type Reader, World } from './world.ts';

const READERS: readonly Reader[] = ['root', 'proxy', 'elsewhere'];

/** Applications by their ids, and whether the rules let by what they send. */
const APPLICATIONS = [
  { owner: { uid: 1337, gid: 1337, name: 'as-user' }, bypasses: true },
  { owner: { uid: 1337, gid: 2000, name: 'as-uid' }, bypasses: true },
  { owner: { uid: 1000, gid: 1337, name: 'in-group' }, bypasses: true },
  { owner: { uid: 1001, gid: 1001, groups: [1337], name: 'supplementary' }, bypasses: false },
  { owner: { uid: 1002, gid: 1002, name: 'ordinary' }, bypasses: false },
] as const;

kernelTests('an application with an id of the proxy', () => {
  it('is told from others by uid and group; supplementary groups do not count', async () => {
    await using world = await World.create();
    await world.sidecar();
    await world.program();
    for (const { owner } of APPLICATIONS) {
      const app = await world.start(owner);
      await app.ask('connect', { to: '203.0.113.7', port: 3306 });
    }
    const answer = await world.look();
    for (const { owner, bypasses } of APPLICATIONS) {
      const own = answer.sockets.filter(({ process, peer }) => process?.name === owner.name && peer !== undefined);
      const as = owner.uid === 1337 ? 'proxy-uid' : 'proxy-gid';
      expect(own).toMatchObject([
        bypasses
          ? { kind: 'outbound-direct', as, bypass: 'error', agreement: 'agrees', process: { gid: owner.gid } }
          : { kind: 'outbound-proxied', agreement: 'agrees', process: { gid: owner.gid } },
      ]);
      expect(own[0]).toHaveProperty('process.groups', 'groups' in owner ? [1337] : []);
      if (!bypasses) expect(own[0]).not.toHaveProperty('as');
    }
    expect(answer.summary.bypassing).toBe(3);
  });

  it('whose group nobody can see may be the reason, and that is all that is said', async () => {
    await using world = await World.create();
    await world.sidecar();
    await world.program();
    const app = await world.start({ uid: 1000, gid: 1337, name: 'in-group' });
    await app.ask('connect', { to: '203.0.113.7', port: 3306 });
    expect(connectionTo(await world.look('elsewhere'), 3306)).toMatchObject({
      kind: 'outbound-direct',
      agreement: 'gid',
      bypass: 'warning',
      prediction: { verdict: { kind: 'redirect' }, unless: [{ gid: 1337, verdict: { kind: 'accept' } }] },
    });
  });

  it('is found when the proxy talks to it, whoever looks', async () => {
    await using world = await World.create();
    await world.sidecar();
    await world.program();
    const app = await world.start({ uid: 1337, name: 'app' });
    await world.listen(app, 8080);
    await world.peer.ask('connect', { to: POD_IPV4, port: 8080 });
    for (const reader of READERS) {
      const answer = await world.look(reader);
      const served = ({ localPort, peer }: { localPort: number; peer?: string }) =>
        localPort === 8080 && peer !== undefined;
      expect(kindsOf(answer, served)).toEqual({ 'inbound-proxied': 1 });
      expect(answer.sockets.find(served)).toMatchObject({ as: 'proxy-uid', bypass: 'error' });
      expect(answer.summary.sentence).toContain('bypasses the mesh');
    }
  });

  it('is found from inside the container of the proxy, whose own processes are visible there', async () => {
    await using world = await World.create();
    await world.sidecar();
    await world.program();
    const app = await world.start({ uid: 1337, name: 'client' });
    await app.ask('hide');
    await app.ask('connect', { to: '203.0.113.7', port: 3306 });
    const answer = await world.look('proxy');
    expect(connectionTo(answer, 3306, 1337)).toMatchObject({
      kind: 'outbound-direct',
      as: 'proxy-uid',
      bypass: 'error',
    });
    expect(connectionTo(answer, 3306, 1337)).not.toHaveProperty('process');
    // Nobody can tell when the proxy's processes are hidden too.
    expect(connectionTo(await world.look('elsewhere'), 3306, 1337)).toMatchObject({ kind: 'proxy-upstream' });
  });
});
