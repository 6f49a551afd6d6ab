import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Job, Output, Run, Shown } from './job.ts';

type Main = (argv: readonly string[], options: { root: string }) => Promise<void>;

const root = process.argv[2] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'record-outputs-'));
const { main }: { main: Main } = await import(pathToFileURL(join(root, 'dist/cli/main.js')).href);

// How far a long comparison comes in its time depends on the machine: here every one may take as long as it needs.
performance.now = () => 0;
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('message', async (job: Job) => {
  const begun = process.cpuUsage();
  const outputs = await answer(job);
  const { user, system } = process.cpuUsage(begun);
  if (process.connected) process.send?.({ outputs, cpuSeconds: (user + system) / 1e6 });
});

async function answer({ files, runs }: Job): Promise<Output[]> {
  const here = join(folder, 'here');
  mkdirSync(here);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(here, name), text);
  process.chdir(here);
  const outputs: Output[] = [];
  for (const run of runs) outputs.push(await output(shown(run)));
  process.chdir(folder);
  rmSync(here, { recursive: true });
  return outputs;
}

function shown(run: Run): Shown {
  return 'argv' in run ? run : { argv: run };
}

async function output({ argv, columns, env = {} }: Shown): Promise<Output> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  process.stdout.columns = columns as number;
  process.exitCode = undefined;
  const written = await captured(() => main(argv, { root: join(root, 'bin') }));
  process.env = before;
  const code = String(process.exitCode ?? 0);
  const told = Object.entries({ ...(columns && { columns }), ...env }).map(([name, value]) => `${name}=${value} `);
  const text = `$ ${told.join('')}${argv.join(' ')}\nexit ${code}\n--- stdout\n${written.stdout}--- stderr\n${written.stderr}`;
  return { code, text };
}

/** What is written to both streams meanwhile, which never ends in an error. */
async function captured(run: () => Promise<void>): Promise<{ stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const kept = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
      written[stream] += chunk.toString();
      const done = rest.at(-1);
      if (typeof done === 'function') done();
      return true;
    }) as typeof process.stdout.write;
  }
  try {
    await run();
  } finally {
    Object.assign(process.stdout, { write: kept.stdout });
    Object.assign(process.stderr, { write: kept.stderr });
    // Every run listens again, where a process of its own would do so once.
    for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
  }
  return written;
}
