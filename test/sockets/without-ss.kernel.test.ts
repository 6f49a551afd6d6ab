import { expect, it } from 'vitest';
import type { SocketEntry, SocketsAnswer } from '../../src/sockets/report.ts';
import { isBuilt } from '../commands/spawn.ts';
import { kernelTests } from '../kernel/index.ts';
import { World } from './world.ts';

const PROGRAM = new URL('../../bin/run.js', import.meta.url).pathname;
const AS_PROXY = ['setpriv', '--reuid', '1337', '--regid', '1337', '--clear-groups', '--bounding-set=-all'];

kernelTests('where there is no ss', () => {
  it.skipIf(!isBuilt).each([
    ['root', []],
    ['uid 1337 without capabilities', AS_PROXY],
  ])('an application under the uid of the proxy is told by what /proc shows, as %s', async (_, rights) => {
    await using world = await World.create();
    await world.sidecar();
    await world.program();
    const shared = await world.start({ uid: 1337, gid: 2000, name: 'intruder' });
    await shared.ask('connect', { to: '203.0.113.7', port: 3306 });
    const app = await world.start({ uid: 1000, name: 'app' });
    await app.ask('connect', { to: '203.0.113.7', port: 443 });
    const program = [process.execPath, PROGRAM, 'sockets', '--json', '--fail-on', 'never'];
    const text = await world.run([...rights, 'env', '-i', 'PATH=/nowhere', ...program]);
    const { sockets }: SocketsAnswer = JSON.parse(text);
    const one = (wanted: Partial<SocketEntry>) =>
      sockets.filter((entry) =>
        Object.entries(wanted).every(([key, value]) => entry[key as keyof SocketEntry] === value),
      );
    expect(one({ peerPort: 3306, uid: 1337 })).toMatchObject([
      { kind: 'outbound-direct', holder: 'application', as: 'proxy-uid', bypass: 'error' },
    ]);
    expect(one({ peerPort: 443, uid: 1000 })).toMatchObject([{ kind: 'outbound-proxied' }]);
    const listeners = one({ kind: 'proxy-listener', localPort: 15001 });
    expect(listeners.map(({ process }) => process?.name)).toEqual(['envoy', 'envoy']);
  });
});
