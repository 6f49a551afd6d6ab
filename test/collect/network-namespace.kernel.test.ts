import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { CheckReport } from '../../src/model/report.ts';
import { isBuilt } from '../commands/spawn.ts';
import { kernelTests } from '../kernel/index.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** What `check` makes of the resolvers in a resolv.conf, in a network namespace of its own. */
function resolversIn(namespaces: readonly string[], resolvConf: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'istio-nat-resolvers-'));
  try {
    writeFileSync(join(folder, 'resolv.conf'), resolvConf);
    const mounted = 'mount --bind "$0" /etc/resolv.conf; "$@"; true';
    const check = [
      process.execPath,
      PROGRAM,
      'check',
      '--json',
      '--istio-version',
      '1.28.10',
      '--redirect-dns',
      'true',
    ];
    const argv = ['--net', '--mount', ...namespaces, 'sh', '-c', mounted, join(folder, 'resolv.conf'), ...check];
    const report: CheckReport = JSON.parse(execFileSync('unshare', argv, { encoding: 'utf8' }));
    return report.checks.find(({ id }) => id === 'resolvers')?.outcome;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

kernelTests('resolv.conf', () => {
  it.skipIf(!isBuilt).each([
    ['is the pod’s where process 1 is in its network namespace', ['--pid', '--fork', '--mount-proc'], 'fail'],
    ['is the node’s to whoever entered the namespace from there', [], 'skipped'],
  ])('%s', (_, namespaces, outcome) => {
    expect(resolversIn(namespaces, 'nameserver 10.96.0.10\n')).toBe(outcome);
  });
});
