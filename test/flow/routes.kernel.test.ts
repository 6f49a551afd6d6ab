import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Hooks } from '../../src/evaluate/packet.ts';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { actorsOf } from '../../src/flow/actors.ts';
import { Listeners } from '../../src/flow/listeners.ts';
import { wayTo } from '../../src/flow/scenario.ts';
import type { FlowReport } from '../../src/flow/types.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import type { Routing } from '../../src/model/routing.ts';
import { observeRules } from '../../src/observe/index.ts';
import { parseIpAddresses } from '../../src/parse/routing/addresses.ts';
import { parseIpRoutes } from '../../src/parse/routing/routes.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { createPod, ISTIO_STAND_INS, type KernelPod, kernelTests } from '../kernel/index.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const CONFIG: Config = {
  ...defaultConfig('1.28.10', 'istio-init', 'sidecar'),
  ...{ enableIpv6: true, excludeInterfaces: ['net1'] },
};

const DESTINATIONS: readonly (readonly [Family, string])[] = [
  ...['203.0.113.7', '10.77.0.77', '10.77.0.80', '10.78.0.5', '10.78.0.80', '127.0.0.1', '127.0.0.6', '10.77.0.5'].map(
    (address) => ['ipv4', address] as const,
  ),
  ...['2001:db8::7', 'fd77::77', 'fd77::80', 'fd78:1::5', 'fd78:1::80', '::1', '::6', 'fd77::5'].map(
    (address) => ['ipv6', address] as const,
  ),
];

kernelTests('a pod with several interfaces and addresses', () => {
  let pod: KernelPod;
  let routing: Routing;
  beforeAll(async () => {
    const addresses = ['10.77.0.77', 'fd77::77'];
    pod = await createPod({ interfaces: ['net1'], addresses, passthroughIpv6: true });
    await pod.listen(ISTIO_STAND_INS);
    const { tables } = expectedRuleset(CONFIG);
    for (const family of FAMILIES) {
      await pod.restore('nft', family, printSave(tables.filter((table) => table.family === family)));
    }
    routing = await shown();
  });
  afterAll(() => pod?.remove());

  async function shown(): Promise<Routing> {
    const ip = async (...words: string[]) => (await pod.exec(['ip', ...words])).stdout;
    const routes = async (family: Family, flag: string) =>
      parseIpRoutes(await ip(flag, 'route', 'show', 'table', 'all'), family, null, { source: 'ip' }).routes;
    const { addresses } = parseIpAddresses(await ip('addr', 'show'), { source: 'ip' });
    return { rules: [], routes: [...(await routes('ipv4', '-4')), ...(await routes('ipv6', '-6'))], addresses };
  }

  it.each(DESTINATIONS)('%s: what is sent to %s leaves as the kernel chooses', async (family, address) => {
    const seen = { ...observeRules([], {}), routing };
    const listeners = new Listeners({ sockets: null, obstacles: [] }, CONFIG);
    const world = {
      ...{ live: new Hooks({ tables: [] }), expected: null, watched: [], config: CONFIG, listeners },
      actors: actorsOf(family, {}, { pod: seen, config: CONFIG, listeners }),
      routing: { seen: routing, expected: { rules: [], routes: [], addresses: [] } },
    };
    const { stdout } = await pod.exec(['ip', '-j', 'route', 'get', address]);
    const [{ dev, prefsrc } = {}] = JSON.parse(stdout) as { dev?: string; prefsrc?: string }[];
    expect(wayTo(world, address)).toEqual({ source: prefsrc, outInterface: dev });
  });

  it('a call to another address of the pod reaches the application past the proxy', async () => {
    const words = '--istio-version 1.28.10 --enable-ipv6 true --exclude-interfaces net1'.split(' ');
    const argv = ['flow', '--json', '--journey', 'outbound', '--to', '10.77.0.77:8080', ...words];
    const { stdout, exitCode } = await pod.exec([process.execPath, PROGRAM, ...argv]);
    const [journey] = (JSON.parse(stdout) as FlowReport).journeys;
    const landing = await pod.connect({ from: 'pod', uid: 1000, to: '10.77.0.77', port: 8080, timeout: 300 });
    expect(landing.port).toBe(8080);
    expect({ end: journey?.end, port: journey?.steps.at(-1)?.port }).toEqual({
      end: 'application',
      port: landing.port,
    });
    expect(exitCode).toBe(0);
  });
});
