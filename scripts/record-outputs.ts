/**
 * Writes what the built program of a checkout prints over the fixtures of this one, so that two revisions can be
 * compared with `diff -r`: npm run outputs -- FOLDER [--root CHECKOUT] [--only PART-OF-A-NAME]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { recorded, root } from './record-outputs/checkout.ts';
import type { Job } from './record-outputs/job.ts';
import { corpusJobs } from './record-outputs/jobs/corpus.ts';
import { damagedJobs } from './record-outputs/jobs/damaged.ts';
import { expectedJobs } from './record-outputs/jobs/expected.ts';
import { fieldJobs } from './record-outputs/jobs/field.ts';
import { fixtureJobs } from './record-outputs/jobs/fixtures.ts';
import { generalJobs } from './record-outputs/jobs/general.ts';
import { scenarioJobs } from './record-outputs/jobs/scenarios.ts';
import { Program } from './record-outputs/program.ts';

/** The child processes: each does one run at a time. */
const PROGRAMS = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { root: { type: 'string', default: root }, only: { type: 'string', default: '' } },
});
const [folder] = positionals;
if (folder === undefined) throw new Error('Usage: npm run outputs -- FOLDER [--root CHECKOUT] [--only NAME]');
if (recorded('corpus') === null) process.stderr.write('The recordings are not there: their outputs are left out.\n');
await record(folder, resolve(values.root), values.only);

async function record(into: string, checkout: string, only: string): Promise<void> {
  const jobs = allJobs(only);
  const codes = new Map<string, number>();
  const seconds: Record<string, number> = {};
  let files = 0;
  await Promise.all(Array.from({ length: PROGRAMS }, () => serve()));
  const total = [...codes.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(`${files} files, ${total} runs, by exit code ${JSON.stringify(Object.fromEntries(codes))}\n`);
  process.stdout.write(`seconds of CPU: ${JSON.stringify(seconds, (_, value) => rounded(value))}\n`);

  async function serve(): Promise<void> {
    using program = new Program(checkout);
    for (let job = jobs.next(); !job.done; job = jobs.next()) {
      const { name, runs } = job.value;
      const { outputs, cpuSeconds } = await program.answer(job.value);
      const file = join(into, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, outputs.map(({ text }) => text).join('\n'));
      for (const { code } of outputs) codes.set(code, (codes.get(code) ?? 0) + 1);
      const part = name.split('/')[0] ?? name;
      seconds[part] = (seconds[part] ?? 0) + cpuSeconds;
      if (cpuSeconds > 10) process.stderr.write(`${name}: ${cpuSeconds.toFixed(1)} s for ${runs.length} runs\n`);
      files += 1;
    }
  }
}

/** One after the other, so that texts are read when their turn comes. */
function* allJobs(only: string): Generator<Job> {
  const parts = [generalJobs, expectedJobs, fixtureJobs, damagedJobs, fieldJobs, scenarioJobs, corpusJobs];
  for (const jobs of parts) for (const job of jobs()) if (job.name.includes(only)) yield job;
}

function rounded(value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 10) / 10 : value;
}
