import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** What the kernel's own default search would be, for a process without PATH. */
const DEFAULT_DIRECTORIES = ['/usr/local/bin', '/usr/bin', '/bin'];

/** The outcome of looking for a program. */
export type Lookup =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'not-executable'; readonly path: string }
  | { readonly kind: 'not-found' };

/**
 * The file that a program name stands for: along PATH, then in the `sbin` next to each `bin` of PATH, which the PATH of
 * an unprivileged user or of a debug container often lacks. A PATH that leaves the system's directories out on purpose
 * is respected. Relative entries are left out: what lies in the working directory is no tool of ours. A name with a
 * slash is a path.
 */
export function findExecutable(name: string, searchPath: string | undefined): Lookup {
  const candidates = name.includes('/') ? [name] : directories(searchPath).map((directory) => join(directory, name));
  let unusable: string | undefined;
  for (const path of candidates) {
    const state = examine(path);
    if (state === 'executable') return { kind: 'found', path };
    if (state === 'unusable') unusable ??= path;
  }
  return unusable === undefined ? { kind: 'not-found' } : { kind: 'not-executable', path: unusable };
}

function directories(searchPath: string | undefined): string[] {
  const listed = (searchPath ?? '').split(':').filter(isAbsolute);
  const base = listed.length > 0 ? listed : DEFAULT_DIRECTORIES;
  const siblings = base.filter((path) => /\/bin\/?$/.test(path)).map((path) => join(path, '..', 'sbin'));
  return [...new Set([...base, ...siblings])];
}

function examine(path: string): 'executable' | 'unusable' | 'missing' {
  try {
    // access(2) grants root the right to execute a directory, so the kind of file is asked first.
    if (!statSync(path).isFile()) return 'unusable';
    accessSync(path, constants.X_OK);
    return 'executable';
  } catch (error) {
    return isMissing(error) ? 'missing' : 'unusable';
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
