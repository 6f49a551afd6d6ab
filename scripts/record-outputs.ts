/**
 * Writes what the built program of a checkout prints over the fixtures of this one, so that two revisions can be
 * compared with `diff -r`: npm run outputs -- FOLDER [--root CHECKOUT] [--only PART-OF-A-NAME]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

interface Job {
  readonly name: string;
  readonly cwd: string;
  readonly runs: readonly (readonly string[])[];
}

const HERE = fileURLToPath(new URL('..', import.meta.url));
const COMMANDS = ['check', 'diff', 'expected', 'explain', 'flow', 'infer', 'probe', 'sockets', 'trace'];
const PACKET = ['--hook', 'OUTPUT', '--destination', '203.0.113.7', '--destination-port', '443', '--uid', '1000'];

if (process.send) await work(process.argv[2] ?? '');
else await record();

async function record(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { root: { type: 'string', default: HERE }, only: { type: 'string', default: '' } },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error('Usage: npm run outputs -- FOLDER [--root CHECKOUT] [--only NAME]');
  mkdirSync(folder, { recursive: true });
  const jobs = [general(), ...scenarios()].filter(({ name }) => name.includes(values.only));
  const codes = new Map<string, number>();
  const next = jobs[Symbol.iterator]();
  await Promise.all([0, 1].map(() => serve(resolve(values.root), next, folder, codes)));
  process.stdout.write(
    `${jobs.length} files, runs by exit code: ${JSON.stringify(Object.fromEntries([...codes].sort()))}\n`,
  );
}

async function serve(root: string, jobs: Iterator<Job>, folder: string, codes: Map<string, number>): Promise<void> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(ISTIO_NAT_|FORCE_COLOR)/.test(name)),
  );
  const child = fork(fileURLToPath(import.meta.url), [root], { env: { ...env, NO_COLOR: '1', COLUMNS: '100' } });
  for (let job = jobs.next(); !job.done; job = jobs.next()) {
    const outputs = await ask(child, job.value);
    for (const output of outputs) {
      const code = /^exit (.*)$/m.exec(output)?.[1] ?? '?';
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    writeFileSync(join(folder, job.value.name), outputs.join('\n'));
  }
  child.disconnect();
}

function ask(child: ChildProcess, job: Job): Promise<string[]> {
  return new Promise((done, failed) => {
    const ended = () => failed(new Error(`The program ended its process in ${job.name}.`));
    child.once('exit', ended);
    child.once('message', (outputs: string[]) => {
      child.off('exit', ended);
      done(outputs);
    });
    child.send(job);
  });
}

async function work(root: string): Promise<void> {
  const { main } = await import(pathToFileURL(join(root, 'dist/cli/main.js')).href);
  // Every run listens for errors again, where a process of its own would do so once.
  for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);
  process.on('message', async ({ cwd, runs }: Job) => {
    process.chdir(cwd);
    const outputs: string[] = [];
    for (const argv of runs) outputs.push(await output(() => main(argv, { root: join(root, 'bin') }), argv));
    process.send?.(outputs);
  });
}

async function output(run: () => Promise<void>, argv: readonly string[]): Promise<string> {
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
  process.exitCode = undefined;
  try {
    await run();
  } finally {
    Object.assign(process.stdout, { write: kept.stdout });
    Object.assign(process.stderr, { write: kept.stderr });
  }
  const stdout = written.stdout.replace(/("elapsed\w*": ?)[\d.]+/g, '$10');
  return `$ ${argv.join(' ')}\nexit ${process.exitCode ?? 0}\n--- stdout\n${stdout}--- stderr\n${written.stderr}`;
}

/** What needs no rules: help, every finding's page, wrong usage. */
function general(): Job {
  const codes = readdirSync(join(HERE, 'docs/findings')).flatMap((file) => /^(NAT\d+)\.md$/.exec(file)?.[1] ?? []);
  const wrong = [
    ['chek'],
    ['--nonsense'],
    ['check', '--nonsense'],
    ['check', '--rules', 'missing'],
    ['explain', 'NAT9999'],
  ];
  const helps = COMMANDS.map((command) => [command, '--help']);
  const pages = codes.flatMap((code) => [
    ['explain', code],
    ['explain', code, '--json'],
  ]);
  return { name: 'general', cwd: HERE, runs: [['--help'], ...helps, ['explain'], ...pages, ...wrong] };
}

function scenarios(): Job[] {
  const folder = join(HERE, 'test/fixtures/scenarios');
  return readdirSync(folder).flatMap((name) => {
    const { variants, config } = JSON.parse(readFileSync(join(folder, name, 'scenario.json'), 'utf8'));
    mkdirSync('/tmp/record-outputs', { recursive: true });
    const declared = join('/tmp/record-outputs', `${name}.json`);
    writeFileSync(declared, JSON.stringify(config));
    return (variants as string[]).map((variant) => {
      const cwd = join(folder, name, variant);
      return { name: `${name}.${variant}`, cwd, runs: runsOver(cwd, declared) };
    });
  });
}

function runsOver(cwd: string, config: string): string[][] {
  const rules = readdirSync(cwd)
    .filter((name) => name.startsWith('rule'))
    .flatMap((name) => ['--rules', name]);
  const sockets = existsSync(join(cwd, 'sockets.ss')) ? ['--sockets', 'sockets.ss'] : [];
  const told = ['--config', config];
  const runs = [
    ['check', ...rules, ...sockets],
    ['check', ...rules, ...sockets, ...told, '--verbose'],
    ['diff', ...rules, ...told],
    ['flow', ...rules, ...told, '--classes'],
    ['flow', ...rules, ...told, '--unreached'],
    ['infer', ...rules],
    ['sockets', ...rules, ...sockets],
    ['trace', ...rules, ...PACKET],
  ];
  return runs.flatMap((run) => [run, [...run, '--json']]);
}
