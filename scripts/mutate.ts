/**
 * Changes single operators of the sources, one at a time and in a copy, and tells which changes no test notices.
 * `npm run mutate -- [--sample N] [--seed S] [--seconds N] [--nearest N] [--list] [FILE[:LINE] | PATTERN…]`
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { filesOf, ScratchCopy } from './mutate/copy.ts';
import { EXPLAINED_FILES, explanationOf, staleExplanations } from './mutate/explained.ts';
import { Judge } from './mutate/judge.ts';
import { type Mutation, mutationText } from './mutate/mutation.ts';
import { mutationsOf } from './mutate/mutations.ts';
import { readOptions } from './mutate/options.ts';
import { Related } from './mutate/related.ts';
import { sampleOf } from './mutate/sample.ts';
import { Vitest } from './mutate/vitest.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const tell = (text: string) => process.stderr.write(`${text}\n`);

const { patterns, line, sample, seed, seconds, nearest, list } = readOptions(process.argv.slice(2));
const sources = filesOf(ROOT, patterns).filter((file) => file.startsWith('src/') && file.endsWith('.ts'));
const all = sources.flatMap((file) => mutationsOf(ROOT, file));
const asked = all.filter((mutation) => line === null || mutation.line === line);
const chosen = sampleOf(
  asked.filter((mutation) => explanationOf(mutation) === null),
  sample,
  seed,
);
const everyFile = new Set(filesOf(ROOT));
const explained = EXPLAINED_FILES.filter((file) => everyFile.has(file)).flatMap((file) => mutationsOf(ROOT, file));
for (const { file, before } of staleExplanations(explained))
  tell(`explained, but not there any more: ${file} ${before}`);
tell(`${chosen.length} of ${asked.length} mutations in ${sources.length} files, seed ${seed}`);

if (list) for (const mutation of chosen) process.stdout.write(`${mutationText(mutation)}\n`);
else await tryAll(chosen);

/** Tries these; exits with 1 when one survives or could not be judged. */
async function tryAll(mutations: readonly Mutation[]): Promise<void> {
  const copy = new ScratchCopy(ROOT);
  const vitest = new Vitest(copy.root, seconds);
  const leave = () => {
    vitest.stop();
    copy.remove();
    process.exit(130);
  };
  process.once('SIGINT', leave).once('SIGTERM', leave);
  try {
    // What is spawned by tests is the built program.
    execFileSync('npm', ['run', '--silent', 'bundle'], { cwd: copy.root, stdio: 'inherit' });
    const related = new Related(
      copy.root,
      [...everyFile].filter((file) => /^(src|test)\/.*\.ts$/.test(file)),
    );
    const judge = new Judge(copy, related, vitest, nearest);
    const left: string[] = [];
    for (const [at, mutation] of mutations.entries()) {
      const began = performance.now();
      const judgement = await judge.judge(mutation);
      const how =
        judgement.kind === 'killed'
          ? `killed by ${judgement.by}`
          : judgement.kind === 'survived'
            ? `survived ${judgement.tests} test files`
            : judgement.kind;
      tell(
        `${at + 1}/${mutations.length} ${how}, ${Math.round((performance.now() - began) / 1000)} s\n  ${mutationText(mutation)}`,
      );
      if (judgement.kind !== 'killed') left.push(`${judgement.kind}: ${mutationText(mutation)}\n`);
    }
    for (const test of judge.broken) tell(`not asked, as it fails without any mutation: ${test}`);
    process.stdout.write(left.join(''));
    tell(`${mutations.length - left.length} of ${mutations.length} killed`);
    process.exitCode = left.length === 0 ? 0 : 1;
  } finally {
    copy.remove();
  }
}
