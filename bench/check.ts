import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memory, print, ratio, seconds, trouble } from './lines.ts';
import { runInTurn, withFolder } from './processes.ts';
import { layoutWithExclusions, saveOf } from './texts.ts';

const ISTIO_NAT = join(import.meta.dirname, '..', 'bin', 'run.js');

/** `check` of a healthy pod's rules, the whole program, beside a Node.js that does nothing. */
export async function measureCheck(): Promise<void> {
  await withFolder((folder) => {
    const rules = join(folder, 'rules');
    writeFileSync(rules, saveOf(layoutWithExclusions(2)));
    for (const [output, target] of [
      ['json', '≤ 2.2 × wall, ≤ 65 MB'],
      ['table', '≤ 2.8 × wall, ≤ 70 MB'],
    ] as const) {
      const argv = ['node', ISTIO_NAT, 'check', '--rules', rules, '--istio-version', '1.28.10', '-o', output];
      const [ours = [], node = []] = runInTurn([{ argv }, { argv: ['node', '-e', '0'] }], 9);
      print({
        what: `check -o ${output}, rules from a file`,
        target,
        measured: `${seconds(ours, 'wall')} ${memory(ours)}${trouble(ours, [0, 1])}`,
        ratio: ratio(ours, node, 'wall'),
        peer: `node -e 0 ${seconds(node, 'wall')} ${memory(node)}`,
      });
    }
  });
}

/** `check` of rules that lack many exclusions: as many differences as there are lines in the configuration. */
export async function measureManyDifferences(): Promise<void> {
  await withFolder((folder) => {
    const rules = join(folder, 'rules');
    writeFileSync(rules, saveOf(layoutWithExclusions(0)));
    for (const count of [100, 300, 1_000]) {
      const ports = Array.from({ length: count }, (_, i) => 20_000 + i * 2).join(',');
      const config = join(folder, 'config.json');
      writeFileSync(config, JSON.stringify({ istioVersion: '1.28.10', inboundPortsExclude: ports }));
      const argv = ['node', ISTIO_NAT, 'check', '--rules', rules, '--config', config, '--json'];
      const [runs = []] = runInTurn([{ argv }], 3);
      print({
        what: `check, ${count} exclusions missing`,
        target: '',
        measured: `${seconds(runs, 'wall')} ${memory(runs)}${trouble(runs, [1])}`,
      });
    }
  });
}
