import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The rule of `.dependency-cruiser.cjs`, run on a folder. */
function cruise(folder: string): { modules: { source: string }[]; summary: { error: number; totalCruised: number } } {
  const argv = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', folder];
  const output = execFileSync('node_modules/.bin/depcruise', argv, { cwd: ROOT, maxBuffer: 1 << 28 });
  return JSON.parse(output.toString());
}

it('imports go one way, and the tool that says so has seen the modules', { timeout: 120_000 }, () => {
  const { modules, summary } = cruise('src');
  expect(summary.error).toBe(0);
  // A compiler that the tool cannot use makes it report success over nothing.
  const stages = readdirSync(`${ROOT}/src`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of stages) {
    expect(modules.filter(({ source }) => source.startsWith(`src/${name}/`)).length, name).toBeGreaterThan(0);
  }
  expect(summary.totalCruised).toBeGreaterThan(150);
});
