/**
 * Writes what the commands of docs/runbook.md answer under them. A comment above a command names the recorded pod that
 * has the symptom: `<!-- pod: NAME -->`. Run: npx tsx scripts/runbook.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CheckReport } from '../src/model/report.ts';
import { podOf, runInPod } from '../test/docs/in-pod.ts';

/** Where the runbook is. */
export const RUNBOOK = fileURLToPath(new URL('../docs/runbook.md', import.meta.url));

const STEP = /(<!-- pod: (\S+) -->\n```sh\n(.+)\n```\n\n```text\n)([^`]*)(```)/g;

/** A command of the runbook, and the pod that it is run in. */
export interface Step {
  readonly pod: string;
  readonly line: string;
  /** What the runbook says that it answers. */
  readonly answer: string;
}

/** The steps of the text, in its order. */
export function stepsOf(text: string): Step[] {
  return [...text.matchAll(STEP)].map(([, , pod = '', line = '', answer = '']) => ({ pod, line, answer }));
}

/**
 * What a command answers in the pod: of a check the verdict and the findings, which stay when the layout of its table
 * does not; of the others the first paragraph.
 */
export async function answerOf({ pod, line }: Pick<Step, 'pod' | 'line'>): Promise<string> {
  const recorded = podOf(pod);
  if (/^istio-nat check\b/.test(line)) {
    const { stdout, exitCode } = await runInPod(line, recorded, ['--json']);
    return findingsOf(JSON.parse(stdout), exitCode);
  }
  const { stdout, stderr } = await runInPod(line, recorded);
  const [first = ''] = stdout.trimEnd().split('\n\n');
  if (first === '') throw new Error(`${line} in ${pod} has no answer: ${stderr}`);
  return `${first}\n…\n`;
}

function findingsOf({ verdict, findings, suppressed = [] }: CheckReport, exitCode: unknown): string {
  const found = findings.map(({ code, severity, title }) => `${code} ${severity}: ${title}`);
  const known = suppressed.map(({ code, reason }) => `${code} suppressed: ${reason}`);
  return `${[`verdict ${verdict}, exit code ${exitCode}`, ...found, ...known].join('\n')}\n`;
}

/** The text with its answers as they are now. */
export async function renewed(text: string): Promise<string> {
  const answers: string[] = [];
  for (const step of stepsOf(text)) answers.push(await answerOf(step));
  return text.replace(STEP, (_, head: string, _pod, _line, _old, end: string) => `${head}${answers.shift()}${end}`);
}

// Run as `npx tsx scripts/runbook.ts`; the test that compares the answers imports this file.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(RUNBOOK, await renewed(readFileSync(RUNBOOK, 'utf8')));
}
