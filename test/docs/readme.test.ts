import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sectionOf } from '../../src/diagnose/catalogue/index.ts';
import { SYMPTOMS } from '../../src/diagnose/catalogue/symptoms.ts';
import { podOf, runInPod, wordsOf } from './in-pod.ts';
import { commandsOf, indentedCommands } from './shell.ts';

const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
/** Those between words, but for those that leave something to the reader. */
const inline = [...text.matchAll(/`(istio-nat [^`]+)`/g)].flatMap(([, line = '']) =>
  /[A-Z]{5}|…/.test(line) ? [] : line,
);
const blocks = [...indentedCommands(text), ...commandsOf(text).filter((line) => line.startsWith('istio-nat '))];
const lines = [...new Set([...blocks, ...inline])];

describe('the README', () => {
  it('has commands', () => {
    expect(lines.length).toBeGreaterThan(10);
  });

  it('starts from each symptom of the runbook, and from no other', () => {
    const linked = [...text.matchAll(/\((docs\/runbook\.md#[^)]*)\)/g)].map(([, link]) => link);
    expect(linked.toSorted()).toEqual(SYMPTOMS.map(({ title }) => sectionOf(title)).toSorted());
  });

  it.each(lines)('%s is answered', async (line) => {
    const isProbe = wordsOf(line)[1] === 'probe';
    // It looks at a live pod only, and would send packets from this machine.
    const pod = podOf(isProbe ? 'nothing-started' : 'inbound-port-excluded');
    const more = isProbe && !line.includes('--dry-run') ? ['--dry-run'] : [];
    const { stdout, stderr, exitCode } = await runInPod(line, pod, more);
    expect([0, 1], stderr).toContain(exitCode ?? 0);
    expect(stdout).not.toBe('');
  });
});
