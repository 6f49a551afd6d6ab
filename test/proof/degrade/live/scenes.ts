import type { Config } from '../../../../src/model/config.ts';
import { POD_IPV4 } from '../../../kernel/index.ts';
import { World } from '../../../sockets/world.ts';
import { type Captures, capturesOf, remembered } from './capturing.ts';

/** A pod with processes and connections, and what it is held against. */
export interface Scene {
  readonly inputs: Partial<Config>;
  build(world: World): Promise<void>;
}

/** What the tools say of a scene. */
export interface Recorded {
  readonly saves: readonly string[];
  /** By command line. */
  readonly sockets: Readonly<Record<string, string>>;
}

const TPROXY = { transparent: true, keepsDestination: true, keepsClient: true, mark: 1337 };

/** Healthy pods, and some in which somebody is missing or in the wrong place. */
export const SCENES: Readonly<Record<string, Scene>> = {
  'a sidecar': {
    inputs: {},
    build: async (world) => {
      await world.sidecar();
      await populated(world);
    },
  },
  'a sidecar with dns': {
    inputs: { redirectDns: true, captureAllDns: true },
    build: async (world) => {
      await withDns(world);
      await populated(world, { redirectDns: true, captureAllDns: true });
    },
  },
  'a sidecar whose dns is not there': {
    inputs: { redirectDns: true, captureAllDns: true },
    build: async (world) => {
      await world.sidecar();
      await populated(world, { redirectDns: true, captureAllDns: true });
    },
  },
  'a sidecar whose dns has no udp': {
    inputs: { redirectDns: true, captureAllDns: true },
    build: async (world) => {
      const proxy = await world.sidecar();
      await world.listen(proxy, 15053);
      await populated(world, { redirectDns: true, captureAllDns: true });
    },
  },
  'nobody listens': { inputs: {}, build: (world) => world.program() },
  'an application as the proxy': {
    inputs: {},
    build: async (world) => {
      await world.sidecar();
      await populated(world, {}, 1337);
    },
  },
  'a proxy of another uid': {
    inputs: {},
    build: async (world) => {
      await world.sidecar({ uid: 4444, name: 'envoy' });
      await populated(world);
    },
  },
  'connections around the proxy': {
    inputs: { outboundPortsExclude: [3306] },
    build: async (world) => {
      await world.sidecar();
      const app = await populated(world, { outboundPortsExclude: [3306] });
      await app.ask('connect', { to: '203.0.113.7', port: 3306, count: 2 });
    },
  },
  'connections older than the rules': {
    inputs: {},
    build: async (world) => {
      await world.sidecar();
      const app = await world.start({ uid: 1000, name: 'app' });
      await app.ask('connect', { to: '203.0.113.7', port: 443, count: 2 });
      await world.program();
    },
  },
  tproxy: {
    inputs: { interceptionMode: 'TPROXY' },
    build: async (world) => {
      await world.sidecar({ uid: 0, gid: 1337, name: 'envoy' }, TPROXY);
      await populated(world, { interceptionMode: 'TPROXY' });
    },
  },
  'tproxy with a socket that is not transparent': {
    inputs: { interceptionMode: 'TPROXY' },
    build: async (world) => {
      await world.sidecar({ uid: 0, gid: 1337, name: 'envoy' });
      // Nobody gets in: the kernel gives TPROXY's packets to transparent sockets only.
      await world.program({ interceptionMode: 'TPROXY' });
      await world.listen(await world.start({ uid: 1000, name: 'app' }), 8080);
    },
  },
};

async function withDns(world: World): Promise<void> {
  const proxy = await world.sidecar();
  await world.listen(proxy, 15053);
  await world.pod.listen([{ name: 'dns', protocol: 'udp', port: 15053, uid: 1337, gid: 1337 }]);
}

async function populated(world: World, inputs: Partial<Config> = {}, uid = 1000) {
  await world.program(inputs);
  const app = await world.start({ uid, name: 'app' });
  await world.listen(app, 8080);
  await app.ask('connect', { to: '203.0.113.7', port: 443, count: 2 });
  await world.peer.ask('connect', { to: POD_IPV4, port: 8080 });
  return app;
}

/** What shows all that is to be seen of sockets. */
export const ALL_SOCKETS = 'ss -H -t -u -a -n -e -p -O --inet-sockopt';

/**
 * What people run, with and without rights. No filter of ports: what it leaves out is left out of a text that reads as one of
 * all sockets, and nobody can tell.
 */
const COMMANDS = [
  ...[
    ALL_SOCKETS,
    'ss -Htunaep',
    'ss -tunaep',
    'ss -tunap',
    'ss -tuna',
    'ss -tan',
    'ss -tn',
    'ss -ltn',
    'ss -lntp',
    'ss -uln',
    'ss -ulnp',
  ],
  ...[
    'ss -tnp',
    'ss -tnpe',
    'ss -antp',
    'ss -lntup',
    'ss -ntlpe',
    'ss -tlp',
    'ss -tl',
    'ss',
    'ss -l',
    'ss -a',
    'ss -s',
  ],
  ...[
    'ss -4 -tln',
    'ss -6 -tln',
    'ss -4 -tunap',
    'ss -tan state listening',
    'ss -tan state established',
    'ss -uan',
    'ss -xl',
  ],
  ...[
    'ss -H -tln',
    'ss -H -uln',
    'ss -H -tn',
    'ss -tani',
    'ss -tuanm',
    'ss -w -l',
    'ss -tunapO',
    'ss -tuan --inet-sockopt',
  ],
  ...[
    'ss -Htunaep | grep 15001',
    'ss -Htunaep | grep 15006',
    'ss -Htunaep | grep envoy',
    'ss -tulpn | grep LISTEN',
    'ss -tlnp | grep 150',
    'ss -tanp | grep ESTAB',
    'ss -tunap | tail -n +2',
    'netstat -tulpn | grep LISTEN',
    'netstat -tulp',
  ],
  ...['netstat -tunlp', 'netstat -an', 'netstat -tnp', 'netstat -ltn', 'netstat -tulpen'],
] as const;

/** The scene as the tools of this machine show it. */
export function recordedScene(name: string): Promise<Recorded> {
  return inScene(name, COMMANDS, async (world) => {
    const { runner } = world.outside('proxy');
    const sockets: Record<string, string> = {};
    for (const command of COMMANDS) {
      const argv = ['sh', '-c', command] as const;
      sockets[command] = (await world.pod.exec(argv)).stdout;
      sockets[`${command}, without rights`] = (await runner.run(argv)).stdout;
    }
    const saves = [await world.run(['iptables-nft-save']), await world.run(['ip6tables-nft-save'])];
    return { saves, sockets };
  });
}

/** What a live look collects in the scene, by each reader. */
export function capturedScene(name: string): Promise<Captures> {
  return inScene(name, 'captures', ({ pod }) => capturesOf(pod));
}

function inScene<T>(name: string, what: unknown, record: (world: World) => Promise<T>): Promise<T> {
  const scene = SCENES[name];
  return remembered([name, scene?.inputs, String(scene?.build), what], async () => {
    await using world = await World.create();
    await scene?.build(world);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return await record(world);
  });
}
