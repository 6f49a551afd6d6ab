import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => JSON.parse(readFileSync(`${ROOT}${path}`, 'utf8'));

interface Locked {
  readonly version: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

/** The packages that an installation brings, by the folder in which the lockfile puts them. */
const locked = Object.entries<Locked>(read('package-lock.json').packages).filter(
  ([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true,
);

describe('the packages that an installation brings', () => {
  it('come in the package itself, all of them', () => {
    const { dependencies, bundleDependencies } = read('package.json');
    expect(bundleDependencies).toEqual(Object.keys(dependencies));
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        cwd: ROOT,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    const files = new Set(packed.files.map(({ path }: { path: string }) => path));
    expect(locked.length).toBeGreaterThan(0);
    for (const [path] of locked) expect(files).toContain(`${path}/package.json`);
    expect(packed.bundled).toHaveLength(new Set(locked.map(([path]) => path.replace(/.*node_modules\//, ''))).size);
  });

  it('are those that were tested, not newer ones that fit', () => {
    for (const [path, { version }] of locked)
      expect([path, read(`${path}/package.json`).version]).toEqual([path, version]);
  });
});
