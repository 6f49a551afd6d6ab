import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Capture } from '../../../../src/collect/capture.ts';
import { RIGHTS } from '../../../collect/namespace.ts';
import type { KernelPod } from '../../../kernel/index.ts';

const CACHE = fileURLToPath(new URL('../../../../node_modules/.cache/degrade-live', import.meta.url));
const TSX = fileURLToPath(new URL('../../../../node_modules/tsx/dist/cli.mjs', import.meta.url));
const COLLECT = fileURLToPath(new URL('../../../collect/collect-here.ts', import.meta.url));

/** Looks by the rights that they had; `all` is the one with all. */
export type Captures = Readonly<Record<string, Capture>>;

/** The prefixes of a command with the rights of each reader; `elsewhere` has a pid namespace of its own. */
const READERS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.entries(RIGHTS).map(([name, rights]) => [name, ['setpriv', ...rights]])),
  all: [],
  elsewhere: ['unshare', '--pid', '--fork', '--mount-proc'],
};

/** What a live look collects in a pod, by each reader. */
export async function capturesOf(pod: KernelPod): Promise<Captures> {
  const captures: Record<string, Capture> = {};
  for (const [name, reader] of Object.entries(READERS)) {
    const env = ['env', 'TMPDIR=/dev/shm', `PATH=${process.env.PATH}`];
    const { stdout } = await pod.exec([...reader, ...env, process.execPath, TSX, COLLECT]);
    captures[name] = JSON.parse(stdout) as Capture;
  }
  return captures;
}

/** What was recorded before for the same key, or what is recorded now. */
export async function remembered<T>(key: unknown, record: () => Promise<T>): Promise<T> {
  const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32);
  const file = `${CACHE}/${name}.json`;
  if (!existsSync(file)) {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(file, JSON.stringify(await record()));
  }
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
