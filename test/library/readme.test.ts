import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { isBuilt } from '../commands/spawn.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The example of the README, as somebody would run it who has installed the package. */
function ran(): string {
  const [, example = ''] =
    /## As a library[\s\S]*?```js\n([\s\S]*?)```/.exec(readFileSync(`${ROOT}README.md`, 'utf8')) ?? [];
  const folder = mkdtempSync(`${tmpdir()}/library-`);
  try {
    mkdirSync(`${folder}/node_modules`);
    symlinkSync(ROOT, `${folder}/node_modules/istio-nat`);
    writeFileSync(`${folder}/example.mjs`, example);
    return execFileSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it.skipIf(!isBuilt)('the example of the README runs, and finds what is wrong with the example pod', () => {
  const lines = ran().trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines.slice(0, -1)) expect(line).toMatch(/^NAT\d{4} (error|warning|info): /);
  expect(lines.at(-1)).toBe("{ kind: 'redirect', port: 15001 }");
});
