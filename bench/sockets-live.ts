import { join } from 'node:path';
import { missingRequirement } from '../test/kernel/index.ts';
import { World } from '../test/sockets/world.ts';
import { memory, print, ratio, seconds, trouble } from './lines.ts';
import { type Program, runInTurn } from './processes.ts';

const ISTIO_NAT = join(import.meta.dirname, '..', 'bin', 'run.js');
/** Each is a socket of the application and one of the proxy. */
const CONNECTIONS = [5_000, 10_000] as const;
/** The istio-proxy container. */
const WITHOUT_RIGHTS = [
  ...['setpriv', '--reuid', '1337', '--regid', '1337', '--clear-groups'],
  ...['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'],
];

/** `sockets` of redirected connections that are open, in a pod of its own, beside `ss` with the same rights. */
export async function measureLiveSockets(): Promise<void> {
  const missing = missingRequirement();
  for (const count of CONNECTIONS) {
    const what = `sockets, live, ${count} connections`;
    if (missing !== null) print({ what, target: '≤ 1 s wall', measured: `not measured: ${missing}` });
    else await measure(what, count);
  }
}

async function measure(what: string, count: number): Promise<void> {
  await using world = await World.create();
  const proxy = await world.start({ uid: 1337, name: 'envoy' });
  await world.listen(proxy, 15001, { most: 0 }, 'outbound');
  await world.program();
  const app = await world.start({ uid: 1000, name: 'app' });
  for (let done = 0; done < count; done += 500)
    await app.ask('connect', { to: `203.0.113.${1 + done / 500}`, port: 443, count: 500 });
  for (const [as, rights] of [
    ['root', []],
    ['uid 1337', WITHOUT_RIGHTS],
  ] as const) {
    const inPod = (argv: readonly string[]): Program => ({
      argv: ['nsenter', `--net=${world.pod.netns}`, ...rights, ...argv],
    });
    const programs = [inPod([process.execPath, ISTIO_NAT, 'sockets', '--json']), inPod(['ss', '-Htunaep'])];
    const [ours = [], peers = []] = runInTurn(programs, 9);
    print({
      what: `${what}, as ${as}`,
      target: '≤ 1 s wall',
      measured: `${seconds(ours, 'wall')} ${memory(ours)}${trouble(ours)}`,
      ratio: ratio(ours, peers, 'wall'),
      peer: `ss ${seconds(peers, 'wall')}`,
    });
  }
}
