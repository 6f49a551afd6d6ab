import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memory, print, ratio, seconds, trouble } from './lines.ts';
import { isInstalled, type Program, type Run, runInTurn, withFolder } from './processes.ts';
import { smtQuestion } from './smt.ts';
import { layoutWithExclusions, saveOf } from './texts.ts';

const SIZES = [100, 300, 1_000, 2_000, 5_000, 10_000];

/** Sizes and bounds, in seconds, that are aimed at. */
const TARGETS: Readonly<Record<number, string>> = { 1000: '≤ 0.3 s', 10000: '≤ 2 s' };

/** z3 took 10 s for 300, and more than 40 s for 1,000, of which a run would have twenty. */
const LARGEST_FOR_PEER = 300;

/** Two layouts with lists of exclusions, held against each other; z3 is asked the same of the same rules. */
export async function measureCompare(): Promise<void> {
  await withFolder((folder) => {
    for (const size of SIZES) {
      for (const differs of [false, true]) measure(folder, size, differs);
    }
  });
}

function measure(folder: string, size: number, differs: boolean): void {
  const [live, expected] = [layoutWithExclusions(size), layoutWithExclusions(size, differs)];
  const file = (name: string) => join(folder, `${size}-${differs}.${name}`);
  writeFileSync(file('live'), saveOf(live));
  writeFileSync(file('expected'), saveOf(expected));
  writeFileSync(file('smt2'), smtQuestion(live, expected));
  const program = join(import.meta.dirname, 'programs', 'compare.mjs');
  const alone: Program = { argv: ['node', program, file('live'), file('expected'), differs ? '1' : '0'] };
  const start: Program = { argv: ['node', program] };
  const asked = isInstalled('z3') && size <= LARGEST_FOR_PEER;
  const peers: Program[] = asked ? [{ argv: ['z3', file('smt2')], stdout: file('answer') }] : [];
  const [ours = [], empty = [], z3] = runInTurn([alone, start, ...peers], size > 2_000 ? 3 : 5);
  const answer = z3 === undefined ? '' : readFileSync(file('answer'), 'utf8').trim();
  const question = differs ? 'one range missing' : 'equal';
  print({
    what: `compare two layouts, ${size} exclusions, ${question}`,
    target: TARGETS[size] ?? '',
    measured: `${seconds(ours, 'wall')} ${memory(ours)}${trouble(ours)}`,
    ratio: z3 === undefined ? '' : ratio(ours, z3, 'wall'),
    peer: `${peer(z3, answer)}; of ours start-up and loading ${seconds(empty, 'wall')}`,
  });
}

function peer(runs: readonly Run[] | undefined, answer: string): string {
  if (runs !== undefined) return `z3 ${answer} ${seconds(runs, 'wall')} ${memory(runs)}${trouble(runs)}`;
  return isInstalled('z3') ? `z3 not asked beyond ${LARGEST_FOR_PEER}` : 'z3 not installed';
}
