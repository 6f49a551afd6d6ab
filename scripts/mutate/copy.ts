import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutation } from './mutation.ts';

/** The files of the working tree that git has or would take, of these patterns when there are any. */
export function filesOf(root: string, patterns: readonly string[] = []): string[] {
  const argv = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate', '--', ...patterns];
  const gone = new Set(git(root, ['ls-files', '-z', '--deleted']));
  return git(root, argv).filter((file) => !gone.has(file));
}

function git(root: string, argv: readonly string[]): string[] {
  return execFileSync('git', argv, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
    .split('\0')
    .filter(Boolean);
}

/** A copy of the repository to break things in, in the folder for temporary files. */
export class ScratchCopy {
  readonly root = mkdtempSync(join(tmpdir(), 'istio-nat-mutate-'));

  constructor(original: string) {
    for (const file of filesOf(original)) cpSync(join(original, file), join(this.root, file), { recursive: true });
    symlinkSync(join(original, 'node_modules'), join(this.root, 'node_modules'));
  }

  /** Changes a file as a mutation says. */
  apply({ file, start, end, replacement }: Mutation): Disposable {
    const path = join(this.root, file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.slice(0, start) + replacement + text.slice(end));
    return { [Symbol.dispose]: () => writeFileSync(path, text) };
  }

  remove(): void {
    // Processes that were just killed may write for a moment yet.
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
