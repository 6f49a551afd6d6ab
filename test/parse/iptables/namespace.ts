import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why rules cannot be loaded into a kernel here, or null when they can. In CI that is a failure, not a reason to skip. */
export function whyNoKernel(): string | null {
  const reason = missing();
  if (reason !== null && process.env.CI === 'true') throw new Error(`kernel tests cannot run: ${reason}`);
  if (reason !== null) process.stderr.write(`kernel tests are skipped: ${reason}\n`);
  return reason;
}

function missing(): string | null {
  if (process.getuid?.() !== 0) return 'not root';
  for (const tool of [
    ['ip', '-V'],
    ['iptables-legacy', '-V'],
    ['iptables-nft', '-V'],
  ] as const) {
    try {
      execFileSync(tool[0], [tool[1]], { stdio: 'ignore' });
    } catch {
      return `no ${tool[0]}`;
    }
  }
  return null;
}

let number = 0;

/** Runs `work` with a network namespace of its own, which is gone afterwards. `run` starts a program inside. */
export function withNamespace<T>(work: (run: (program: string, args: string[], input?: string) => string) => T): T {
  number += 1;
  const name = `istio-nat-parse-${process.pid}-${number}`;
  const directory = mkdtempSync(join(tmpdir(), 'istio-nat-'));
  const env = { ...process.env, LC_ALL: 'C', XTABLES_LOCKFILE: join(directory, 'lock') };
  execFileSync('ip', ['netns', 'add', name]);
  try {
    return work((program, args, input) =>
      execFileSync('ip', ['netns', 'exec', name, program, ...args], {
        env,
        input: input ?? '',
        encoding: 'utf8',
        stdio: 'pipe',
      }),
    );
  } finally {
    execFileSync('ip', ['netns', 'del', name]);
    rmSync(directory, { recursive: true });
  }
}
