import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memory, print, seconds, trouble } from './lines.ts';
import { runInTurn, withFolder } from './processes.ts';
import { layoutWithExclusions, saveOf } from './texts.ts';

const ISTIO_NAT = join(import.meta.dirname, '..', 'bin', 'run.js');
const CONNECTIONS = 5_000;

/** `sockets` of 10,000 saved sockets: redirected connections to 200 hosts, with both ends in the pod. */
export async function measureSockets(): Promise<void> {
  await withFolder((folder) => {
    const [rules, sockets] = [join(folder, 'rules'), join(folder, 'sockets')];
    writeFileSync(rules, saveOf(layoutWithExclusions(2)));
    writeFileSync(sockets, redirected(CONNECTIONS));
    const argv = ['node', ISTIO_NAT, 'sockets', '--rules', rules, '--sockets', sockets, '--json'];
    const [runs = []] = runInTurn([{ argv }], 9);
    print({
      what: `sockets, ${2 * CONNECTIONS} saved`,
      target: '≤ 1 s wall',
      measured: `${seconds(runs, 'wall')} ${memory(runs)}${trouble(runs, [0])}`,
    });
  });
}

/** What `ss -t -a -n -e -p` prints of connections that the proxy took over. */
function redirected(count: number): string {
  const proxy = 'users:(("envoy",pid=20,fd=9)) uid:1337 ino:7 sk:1 cgroup:/proxy <->';
  const application = 'users:(("app",pid=30,fd=9)) uid:1000 ino:8 sk:2 cgroup:/app <->';
  const lines = [`LISTEN 0 4096 0.0.0.0:15001 0.0.0.0:* ${proxy}`];
  for (let at = 0; at < count; at += 1) {
    const own = `10.77.0.5:${40_000 + at}`;
    lines.push(`ESTAB 0 0 ${own} 203.0.113.${(at % 200) + 1}:443 ${application}`);
    lines.push(`ESTAB 0 0 127.0.0.1:15001 ${own} ${proxy}`);
  }
  return `${lines.join('\n')}\n`;
}
