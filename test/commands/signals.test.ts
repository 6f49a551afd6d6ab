import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { isBuilt, start } from './spawn.ts';

/** A time that nobody else sleeps. */
const SLEEP = `61.${process.pid}`;
const tools = mkdtempSync(join(tmpdir(), 'istio-nat-tools-'));
for (const name of ['nft', 'ss', 'iptables-save']) {
  writeFileSync(join(tools, name), `#!/bin/sh\nexec /bin/sleep ${SLEEP}\n`, { mode: 0o755 });
}
afterAll(() => rmSync(tools, { recursive: true }));

describe.skipIf(!isBuilt)('a signal while tools run', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)('%s ends them too', async (signal) => {
    const child = start(['sockets'], { env: { PATH: tools } });
    await until(() => sleeping() > 0);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([null, signal]);
    await until(() => sleeping() === 0);
  });
});

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 4_000; !holds(); await wait(20)) {
    if (Date.now() > end) throw new Error('it did not come to be within 4 s');
  }
}

/** How many of our tools run. */
function sleeping(): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && commandLine(name).includes(SLEEP)).length;
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
