import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultConfig } from '../src/layout/defaults.ts';
import { buildLayout } from '../src/layout/index.ts';
import { memory, print, seconds, trouble } from './lines.ts';
import { median, runInTurn, withFolder } from './processes.ts';
import { saveOf } from './texts.ts';

const ISTIO_NAT = join(import.meta.dirname, '..', 'bin', 'run.js');

/** Files of packets through a layout of 25 rules, the whole program: reading, following, and printing each line. */
export async function measureTrace(): Promise<void> {
  await withFolder((folder) => {
    const [rules, packets] = [join(folder, 'rules'), join(folder, 'packets')];
    writeFileSync(rules, saveOf(layout()));
    for (const verdictOnly of [true, false]) {
      for (const count of verdictOnly ? [1_000, 100_000, 800_000] : [1_000, 10_000, 50_000]) {
        writeFileSync(packets, packetLines(count));
        measure([rules, packets], count, verdictOnly);
      }
    }
  });
}

function layout() {
  const outboundIpRangesExclude = ['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16', '10.4.0.0/16'];
  return buildLayout({
    ...defaultConfig('1.28.10', 'istio-init'),
    outboundIpRangesExclude,
    outboundPortsExclude: [3306],
  });
}

/** Half of the packets come in, half go out. */
function packetLines(count: number): string {
  return Array.from({ length: count }, (_, i) => `${JSON.stringify(packet(i))}\n`).join('');
}

function packet(index: number): object {
  const fields = {
    family: 'ipv4',
    protocol: 'tcp',
    sourcePort: 40_000 + (index % 1000),
    destinationPort: 8000 + (index % 200),
  };
  return index % 2 === 1
    ? {
        hook: 'PREROUTING',
        ...fields,
        source: '10.0.0.9',
        destination: '10.0.0.5',
        inInterface: 'eth0',
        ctState: 'NEW',
      }
    : {
        hook: 'OUTPUT',
        ...fields,
        source: '10.0.0.5',
        destination: `203.0.113.${index % 250}`,
        uid: 1000,
        gid: 1000,
        mark: 0,
      };
}

function measure([rules, packets]: readonly [string, string], count: number, verdictOnly: boolean): void {
  const options = verdictOnly ? ['--verdict-only'] : [];
  const argv = ['node', ISTIO_NAT, 'trace', '--rules', rules, '--packets', packets, ...options];
  const [runs = []] = runInTurn([{ argv }], 3);
  const rate = count / median(runs.map(({ cpu }) => cpu));
  print({
    what: `trace ${count} packets, ${verdictOnly ? 'verdicts only' : 'with steps'}`,
    target: verdictOnly && count === 800_000 ? '≥ 200,000 packets/s' : '',
    measured: `${Math.round(rate).toLocaleString('en')} packets/s ${seconds(runs)} ${memory(runs)}${trouble(runs)}`,
  });
}
