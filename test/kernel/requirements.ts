import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

/** The programs a KernelPod runs; the packages that bring them stand in docs/testing.md. */
const PROGRAMS = ['ip', 'nft', 'nsenter', 'iptables-legacy-restore', 'iptables-nft-restore'] as const;

/** The Python to run the agent with. A version manager's shim on PATH costs 100 ms a start, so the system's goes first. */
export function findPython(): string | null {
  return existsSync('/usr/bin/python3') ? '/usr/bin/python3' : findProgram('python3');
}

function findProgram(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Why no KernelPod can be made here (not root, not Linux, a program missing), or null when it can. */
export function missingRequirement(): string | null {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  if (findPython() === null) return 'needs python3';
  const missing = PROGRAMS.filter((name) => findProgram(name) === null);
  return missing.length === 0 ? null : `needs ${missing.join(', ')}`;
}

/**
 * `describe` for tests that need a kernel to program. Where that is not possible the tests are skipped and the name
 * says why; under CI (`CI=true`) that is a failure instead, so that they cannot silently stop running.
 */
export function kernelTests(name: string, body: () => void): void {
  const missing = missingRequirement();
  if (missing === null) {
    describe(name, body);
  } else if (process.env.CI === 'true') {
    it(name, () => {
      throw new Error(`cannot test against the kernel: ${missing}`);
    });
  } else {
    describe.skip(`${name} (skipped: ${missing})`, body);
  }
}
