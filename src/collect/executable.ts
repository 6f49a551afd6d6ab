import { accessSync, constants, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/** What the kernel's own default search would be, for a process without PATH. */
export const DEFAULT_DIRECTORIES = ['/usr/local/bin', '/usr/bin', '/bin'];

/** Where a system keeps its tools: what is found elsewhere is there because somebody's PATH says so. */
const SYSTEM_DIRECTORIES: ReadonlySet<string> = new Set(
  ['/usr/local', '/usr', ''].flatMap((root) => [`${root}/sbin`, `${root}/bin`]),
);

/** Anybody may put a file there. */
const WORLD_WRITABLE = 0o002;

/** The outcome of looking for a program. */
export type Lookup =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'not-executable'; readonly path: string; readonly reason?: string }
  | { readonly kind: 'not-found' };

/**
 * The file that a program name stands for: along PATH, then in the `sbin` next to each `bin` of PATH, which the PATH of
 * an unprivileged user or of a debug container often lacks. A PATH that leaves the system's directories out on purpose
 * is respected. Relative entries are left out: what lies in the working directory is no tool of ours, and neither is what
 * lies where every user may put it. A name with a slash is a path.
 */
export function findExecutable(name: string, searchPath: string | undefined): Lookup {
  const candidates = name.includes('/') ? [name] : directories(searchPath).map((directory) => join(directory, name));
  let unusable: Exclude<Lookup, { kind: 'found' }> = { kind: 'not-found' };
  for (const path of candidates) {
    const lookup = name.includes('/') ? examine(path) : examineListed(path);
    if (lookup.kind === 'found') return lookup;
    if (unusable.kind === 'not-found') unusable = lookup;
  }
  return unusable;
}

/** Whether a program lies where the system keeps its tools. */
export function isSystemTool(path: string): boolean {
  return SYSTEM_DIRECTORIES.has(dirname(path));
}

function directories(searchPath: string | undefined): string[] {
  const listed = (searchPath ?? '').split(':').filter(isAbsolute);
  const base = listed.length > 0 ? listed : DEFAULT_DIRECTORIES;
  const siblings = base.filter((path) => /\/bin\/?$/.test(path)).map((path) => join(path, '..', 'sbin'));
  return [...new Set([...base, ...siblings])];
}

/** A file that a directory of PATH offers. */
function examineListed(path: string): Lookup {
  const lookup = examine(path);
  const directory = dirname(path);
  if (lookup.kind !== 'found' || !isWorldWritable(directory)) return lookup;
  return { kind: 'not-executable', path, reason: `is not run from ${directory}, where every user may put programs` };
}

function isWorldWritable(directory: string): boolean {
  try {
    return (statSync(directory).mode & WORLD_WRITABLE) !== 0;
  } catch {
    return true;
  }
}

function examine(path: string): Lookup {
  try {
    // access(2) grants root the right to execute a directory, so the kind of file is checked first.
    if (!statSync(path).isFile()) return { kind: 'not-executable', path };
    accessSync(path, constants.X_OK);
    return { kind: 'found', path };
  } catch (error) {
    return isMissing(error) ? { kind: 'not-found' } : { kind: 'not-executable', path };
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
