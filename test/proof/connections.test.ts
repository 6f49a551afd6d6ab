import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildLayout, defaultConfig, expectedRouting } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import {
  type Attempt,
  createPod,
  ISTIO_STAND_INS,
  type KernelPod,
  kernelTests,
  type StandIn,
  VARIANTS,
} from '../kernel/index.ts';
import { load } from './layouts/load.ts';
import { ADDRESSES } from './layouts/packets.ts';

type Landings = Readonly<Record<string, readonly [Attempt, string]>>;

/** Who gets the connections of a pod with a sidecar. */
function sidecar(family: Family): Landings {
  const { own, remote, loopback, passthrough } = ADDRESSES[family];
  return {
    'a client': [{ from: 'peer', to: own, port: 8080 }, 'proxy-inbound'],
    'a client of the tunnel': [{ from: 'peer', to: own, port: 15008 }, 'proxy-tunnel'],
    'the application': [{ from: 'pod', uid: 1000, to: remote, port: 443 }, 'proxy-outbound'],
    'the proxy': [{ from: 'pod', uid: 1337, to: remote, port: 443 }, 'peer'],
    'the proxy by its group': [{ from: 'pod', uid: 1000, gid: 1337, to: remote, port: 443 }, 'peer'],
    'the application to itself': [{ from: 'pod', uid: 1000, to: own, port: 8080 }, 'app'],
    'the proxy to itself': [{ from: 'pod', uid: 1337, to: own, port: 8080 }, 'proxy-inbound'],
    'the application over loopback': [{ from: 'pod', uid: 1000, to: loopback, port: 8080 }, 'app'],
    'the proxy for a client': [{ from: 'pod', uid: 1337, to: own, port: 8080, source: passthrough }, 'app'],
  };
}

function queries(family: Family): Landings {
  const { resolver } = ADDRESSES[family];
  const query: Attempt = { from: 'pod', to: resolver, port: 53, protocol: 'udp' };
  return {
    ...sidecar(family),
    'a query of the application': [{ ...query, uid: 1000 }, 'dns'],
    'a query of the application over TCP': [{ ...query, uid: 1000, protocol: 'tcp' }, 'dns'],
    'a query of the agent': [{ ...query, uid: 1337 }, 'peer'],
  };
}

/** ztunnel is told by its mark; nobody is exempt by owner. */
function ambient(family: Family): Landings {
  const { own, remote, loopback } = ADDRESSES[family];
  return {
    'a client': [{ from: 'peer', to: own, port: 8080 }, 'proxy-inbound'],
    'a client of the tunnel': [{ from: 'peer', to: own, port: 15008 }, 'proxy-tunnel'],
    'the application': [{ from: 'pod', uid: 1000, to: remote, port: 443 }, 'proxy-outbound'],
    ztunnel: [{ from: 'pod', uid: 0, to: remote, port: 443, mark: 0x539 }, 'peer'],
    'the application to itself': [{ from: 'pod', uid: 1000, to: own, port: 8080 }, 'app'],
    'the application over loopback': [{ from: 'pod', uid: 1000, to: loopback, port: 8080 }, 'app'],
    'ztunnel for a client': [{ from: 'pod', uid: 0, to: own, port: 8080, mark: 0x539 }, 'app'],
    'a query of the application': [{ from: 'pod', uid: 1000, to: remote, port: 53, protocol: 'udp' }, 'dns'],
    'a query of ztunnel': [{ from: 'pod', uid: 0, to: remote, port: 53, protocol: 'udp', mark: 0x539 }, 'peer'],
  };
}

/** Takes the place of the proxy's inbound listener. */
const TRANSPARENT: StandIn = {
  ...{ name: 'proxy-inbound', protocol: 'tcp', port: 15006, uid: 1337, gid: 1337, transparent: true },
};

const ON = { enableIpv6: true } as const;
const DNS = { ...ON, redirectDns: true, captureAllDns: true } as const;

/** The tunnel port is taken with all others in this mode. */
function tproxy(family: Family): Landings {
  const tunnel: Attempt = { from: 'peer', to: ADDRESSES[family].own, port: 15008 };
  return { ...sidecar(family), 'a client of the tunnel': [tunnel, 'proxy-inbound'] };
}

const CASES: readonly (readonly [string, Config, (family: Family) => Landings])[] = [
  ['sidecar 1.31', { ...defaultConfig('1.31.0'), ...ON }, sidecar],
  ['sidecar 1.31 with DNS', { ...defaultConfig('1.31.0'), ...DNS }, queries],
  ['sidecar 1.31 TPROXY', { ...defaultConfig('1.31.0'), ...ON, interceptionMode: 'TPROXY' }, tproxy],
  ['sidecar 1.13 with DNS', { ...defaultConfig('1.13.9'), ...DNS }, queries],
  ['ambient 1.31', { ...defaultConfig('1.31.0', 'istio-init', 'ambient'), ...ON }, ambient],
];

kernelTests('connections land where Istio means them to', () => {
  let pod: KernelPod;
  beforeEach(async () => {
    pod = await createPod({ passthroughIpv6: true });
  });
  afterEach(() => pod?.remove());

  const programmed = CASES.flatMap(([name, config, landings]) => [
    ...VARIANTS.map((variant) => ({ name, variant, config, landings })),
    ...(config.istioVersion === '1.31.0'
      ? [{ name, variant: 'native' as const, config: { ...config, backend: 'nftables' as const }, landings }]
      : []),
  ]);

  it.each(programmed)('$name $variant', async ({ config, variant, landings }) => {
    await load(pod, buildLayout(config), variant, FAMILIES);
    await route(pod, config);
    await pod.listen(config.interceptionMode === 'TPROXY' ? [...ISTIO_STAND_INS, TRANSPARENT] : ISTIO_STAND_INS);
    for (const family of FAMILIES) {
      const wanted = landings(family);
      const landed: Record<string, string> = {};
      for (const [who, [attempt]] of Object.entries(wanted)) {
        const landing = await pod.connect(attempt);
        landed[who] = landing.answered ? landing.landed : `${landing.landed}, no answer`;
      }
      expect(landed, family).toEqual(Object.fromEntries(Object.entries(wanted).map(([who, [, name]]) => [who, name])));
    }
  });
});

/** The policy routing that Istio adds to the rules. */
async function route(pod: KernelPod, config: Config): Promise<void> {
  const { rules, routes } = expectedRouting(config);
  for (const { family, mark, table, priority } of rules) {
    const fwmark = mark ? ['fwmark', `${mark.value}/${mark.mask}`] : [];
    await succeed(pod, [
      'ip',
      version(family),
      'rule',
      'add',
      ...fwmark,
      'priority',
      String(priority),
      'lookup',
      table,
    ]);
  }
  for (const { family, type, destination, device, table } of routes) {
    await succeed(pod, [
      'ip',
      version(family),
      'route',
      'add',
      type,
      destination,
      'dev',
      device ?? 'lo',
      'table',
      table,
    ]);
  }
}

function version(family: Family): string {
  return family === 'ipv4' ? '-4' : '-6';
}

async function succeed(pod: KernelPod, argv: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await pod.exec(argv);
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
}
