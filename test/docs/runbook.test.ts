import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerOf, RUNBOOK, stepsOf } from '../../scripts/runbook.ts';
import { pageOf, sectionOf } from '../../src/diagnose/catalogue/index.ts';
import { SYMPTOMS } from '../../src/diagnose/catalogue/symptoms.ts';
import { podOf, runInPod } from './in-pod.ts';
import { commandsOf, isKnownShape } from './shell.ts';

const text = readFileSync(RUNBOOK, 'utf8');
const steps = stepsOf(text);
const sections = text.split(/^## /m).slice(1);

describe('the runbook', () => {
  it('has a section for each symptom that explain knows, and no other', () => {
    expect(sections.map((section) => section.split('\n')[0])).toEqual(SYMPTOMS.map(({ title }) => title));
  });

  it.each(SYMPTOMS)('$title: shows a finding that explain names for it, and how it is mended', ({ title, codes }) => {
    const section = sections.find((each) => each.startsWith(`${title}\n`)) ?? '';
    expect(section).toContain('\n*Fix.* ');
    expect(stepsOf(section).some(({ answer }) => codes.some((code) => answer.includes(`${code} `)))).toBe(true);
  });

  it('is found under the anchors that explain prints', () => {
    for (const { title } of SYMPTOMS) expect(sectionOf(title)).toMatch(/^docs\/runbook\.md#[a-z0-9-]+$/);
    expect(sectionOf('503 UC after excluding a port')).toBe('docs/runbook.md#503-uc-after-excluding-a-port');
  });

  it.each(steps)('$line in $pod answers what the runbook says (npx tsx scripts/runbook.ts)', async (step) => {
    expect(step.answer).toBe(await answerOf(step));
  });

  it.each(steps.filter(({ line }) => line.startsWith('istio-nat check')))(
    '$line in $pod: people see the same findings in the table',
    async ({ pod, line, answer }) => {
      const { stdout } = await runInPod(line, podOf(pod));
      for (const [code] of answer.matchAll(/NAT\d{4}(?= (?:error|warning))/g)) expect(stdout).toContain(code);
    },
  );

  it('has no command that was not run, but those for a cluster, which have a known shape', () => {
    const own = steps.map(({ line }) => line);
    const others = commandsOf(text).filter((line) => !own.includes(line));
    expect(others.length).toBeGreaterThan(0);
    for (const line of others) expect(isKnownShape(line), line).toBe(true);
  });

  it('names codes that exist and files that are there', () => {
    for (const [code] of text.matchAll(/NAT\d{4}/g)) {
      expect(() => readFileSync(new URL(`../../${pageOf(code as 'NAT0101')}`, import.meta.url)), code).not.toThrow();
    }
  });
});
