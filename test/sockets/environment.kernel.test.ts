import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { CheckReport } from '../../src/model/report.ts';
import type { SocketsAnswer } from '../../src/sockets/report.ts';
import { isBuilt } from '../commands/spawn.ts';
import { kernelTests } from '../kernel/index.ts';
import { World } from './world.ts';

const PROGRAM = new URL('../../bin/run.js', import.meta.url).pathname;
const EARLIER = join(tmpdir(), `istio-nat-tcpdiag-${process.pid}`);

kernelTests('an environment that lies', () => {
  afterEach(() => rmSync(EARLIER, { force: true }));

  it.skipIf(!isBuilt)('shows no sockets of another time: ss reads TCPDIAG_FILE in place of the kernel', async () => {
    await using world = await World.create();
    const proxy = await world.sidecar();
    await world.program();
    await world.run(['ss', '-t', '-a', '-n', '-D', EARLIER]);
    await proxy.stop();
    await world.listen(await world.start({ uid: 1337, name: 'envoy' }), 15006);
    const lying = ['env', `TCPDIAG_FILE=${EARLIER}`];
    expect(await world.run([...lying, 'ss', '-t', '-a', '-n'])).toContain(':15001');

    const ask = async (command: string) => {
      const argv = [
        process.execPath,
        PROGRAM,
        command,
        '--json',
        '--istio-version',
        '1.28.10',
        '--enable-ipv6',
        'true',
      ];
      const { stdout } = await world.pod.exec([...lying, ...(command === 'check' ? argv : argv.slice(0, 4))]);
      return JSON.parse(stdout);
    };
    const { sockets }: SocketsAnswer = await ask('sockets');
    expect(sockets.filter(({ localPort }) => localPort === 15001)).toEqual([]);
    const { verdict, findings }: CheckReport = await ask('check');
    expect(verdict).toBe('broken');
    expect(findings.map(({ code }) => code)).toContain('NAT0801');
  });
});
