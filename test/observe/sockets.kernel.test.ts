import { afterAll, beforeAll, expect, it } from 'vitest';
import { couldShowConnections, couldShowListener } from '../../src/model/shown-sockets.ts';
import { isListener } from '../../src/model/socket.ts';
import { observeRules } from '../../src/observe/index.ts';
import { kernelTests } from '../kernel/index.ts';
import { World } from '../sockets/world.ts';

/** Listeners of the proxy and of an application, and one connection inside of the pod. */
kernelTests('what saved output of real tools shows', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.create();
    const proxy = await world.start({ uid: 0, name: 'envoy' });
    await world.listen(proxy, 15001, { transparent: true });
    await world.listen(proxy, 15006);
    // Where all sockets are Envoy's, somebody may have searched for it.
    await world.listen(await world.start({ uid: 1000, name: 'app' }), 9080);
    await proxy.ask('connect', { to: '127.0.0.1', port: 15006 });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const seen = async (argv: readonly string[]) => {
    const text = await world.run(argv);
    return observeRules([], { socketsText: { name: 'sockets', text } });
  };
  const silent = (protocol: 'tcp' | 'udp', port: number) => ({ protocol, port });

  it.each([
    ['ss -tunaep', true, true, true],
    ['ss -Htunaep', true, true, true],
    ['ss -tulpn', true, true, false],
    ['ss -ntlp', true, false, false],
    ['ss -tlp', true, false, false],
    ['ss -ltn', true, false, false],
    ['ss -l', true, true, false],
    ['ss -Htunaep --inet-sockopt', true, true, true],
    ['ss -tn', false, false, true],
    ['ss -tnp', false, false, true],
    ['ss -uln', false, false, false],
    ['netstat -tulpn', true, false, false],
    ['netstat -tanpe', true, false, true],
    ['netstat -tape', true, false, true],
    ['netstat -tl', true, false, false],
    ['netstat -tn', false, false, true],
  ] as const)('%s: listeners of tcp %s, of udp %s, connections %s', async (command, tcp, udp, connections) => {
    const pod = await seen(command.split(' '));
    expect(pod.diagnostics).toEqual([]);
    expect(couldShowListener(pod, silent('tcp', 15008))).toBe(tcp);
    expect(couldShowListener(pod, silent('udp', 15053))).toBe(udp);
    expect(couldShowConnections(pod)).toBe(connections);
  });

  it('netstat and ss show the same listeners', async () => {
    const ends = async (command: string) =>
      (await seen(command.split(' '))).sockets
        ?.filter(isListener)
        .map(({ localPort, uid, inode, process, family }) => ({
          localPort,
          uid,
          inode,
          // netstat names a program by its command line, ss by what the kernel calls it.
          pid: process?.pid,
          v4: family === 'ipv4',
        }))
        .toSorted((a, b) => (a.inode ?? 0) - (b.inode ?? 0));
    expect(await ends('netstat -tlnpe')).toEqual(await ends('ss -tlnpe'));
  });

  it.each(['-tlne', '-tlneO'])('ss %s --inet-sockopt says which listeners are transparent', async (options) => {
    const pod = await seen(['ss', options, '--inet-sockopt']);
    const told = pod.sockets?.map(({ localPort, transparent }) => `${localPort} ${transparent}`);
    expect(new Set(told)).toEqual(new Set(['15001 true', '15006 false', '9080 false']));
  });
});
