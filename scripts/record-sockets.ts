/**
 * Records test/fixtures/sockets from a real kernel: the rules of a pod and what ss says of real connections in it, once with
 * all rights and once as the istio-proxy container has them. Needs root, iptables-nft, nft, iproute2, python3, util-linux.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { POD_IPV4, POD_IPV6 } from '../test/kernel/index.ts';
import { World } from '../test/sockets/world.ts';

const FOLDER = fileURLToPath(new URL('../test/fixtures/sockets', import.meta.url));
const SERVICE_PORTS = [15090, 15021, 15020];
const TPROXY = { transparent: true, keepsDestination: true, keepsClient: true, mark: 1337 };

const SCENES: Readonly<Record<string, (world: World) => Promise<void>>> = {
  redirect: async (world) => {
    await world.sidecar();
    const app = await world.start({ uid: 1000, name: 'app' });
    for (const port of [8080, 9090]) await app.ask('listen', { address: '::', port, mapped: true });
    await app.ask('connect', { to: '203.0.113.5', port: 5432 });
    await world.program({ outboundPortsExclude: [3306], inboundPortsExclude: [...SERVICE_PORTS, 9090] });
    await app.ask('connect', { to: '203.0.113.7', port: 443, count: 3 });
    await app.ask('connect', { to: '2001:db8::7', port: 443 });
    await app.ask('connect', { to: '203.0.113.7', port: 3306, count: 2 });
    for (const to of [POD_IPV4, POD_IPV6]) await world.peer.ask('connect', { to, port: 8080 });
    await world.peer.ask('connect', { to: POD_IPV4, port: 9090 });
  },
  healthy: async (world) => {
    await world.sidecar();
    await world.program();
    const app = await world.start({ uid: 1000, name: 'app' });
    await world.listen(app, 8080);
    await app.ask('connect', { to: '203.0.113.7', port: 443, count: 3 });
    await world.peer.ask('connect', { to: POD_IPV4, port: 8080 });
  },
  'as-proxy': async (world) => {
    await world.sidecar();
    await world.program();
    const app = await world.start({ uid: 1337, name: 'app' });
    await world.listen(app, 8080);
    await app.ask('connect', { to: '203.0.113.7', port: 443 });
    await world.peer.ask('connect', { to: POD_IPV4, port: 8080 });
  },
  tproxy: async (world) => {
    await world.sidecar({ uid: 0, gid: 1337, name: 'envoy' }, TPROXY);
    await world.program({ interceptionMode: 'TPROXY', inboundPortsExclude: [...SERVICE_PORTS, 9090] });
    const app = await world.start({ uid: 0, name: 'app' });
    for (const port of [8080, 9090]) {
      await world.listen(app, port);
      await world.peer.ask('connect', { to: POD_IPV4, port });
    }
  },
};

for (const [name, build] of Object.entries(SCENES)) {
  await using world = await World.create();
  await build(world);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { runner } = world.outside('proxy');
  const unprivileged = await runner.run(['ss', '-H', '-t', '-u', '-a', '-n', '-e', '-p']);
  const files = {
    'rules.v4.save': await world.run(['iptables-nft-save']),
    'rules.v6.save': await world.run(['ip6tables-nft-save']),
    'sockets.ss': await world.run(['ss', '-H', '-t', '-u', '-a', '-n', '-e', '-p']),
    'sockets-unprivileged.ss': unprivileged.stdout,
    'recorded-with.txt': `${await world.run(['ss', '-V'])}${await world.run(['uname', '-r'])}`,
  };
  mkdirSync(`${FOLDER}/${name}`, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(`${FOLDER}/${name}/${file}`, text.replace(/^(# .*) on .*$/gm, '$1'));
  }
}
