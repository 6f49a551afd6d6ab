import { describe, expect, it } from 'vitest';
import { declaredOf } from '../../src/expect/declared.ts';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import type { Facts } from '../../src/observe/facts.ts';
import { factsOfTexts } from '../../src/observe/texts.ts';
import { check } from '../../src/pipeline/check.ts';
import { diff } from '../../src/pipeline/diff.ts';
import { flow } from '../../src/pipeline/flow.ts';
import type { ProbeAnswer } from '../../src/probe/types.ts';
import { checkTable } from '../../src/report/check/table.ts';
import { diffTable } from '../../src/report/diff/table.ts';
import { flowTable } from '../../src/report/flow/table.ts';
import { probeDocument } from '../../src/report/probe/document.ts';
import { probeTable } from '../../src/report/probe/table.ts';
import { printed } from '../infer/printed.ts';

const OPTIONS = { color: false, width: 200 };

/** The tables about a pod of a release, by the command that prints them. */
function tables(release: string, flags: Readonly<Record<string, string>> = {}): Record<string, string> {
  const text = printed(buildLayout(defaultConfig(release)), 'save');
  const facts = (): Facts => factsOfTexts([{ name: 'pod.rules', text }]);
  const declared = declaredOf({ flags });
  return {
    check: checkTable(check(facts(), declared, { toolVersion: '0' }), OPTIONS),
    diff: diffTable(diff(facts(), { declared }), OPTIONS),
    flow: flowTable(flow(facts(), declared), OPTIONS),
  };
}

/** The first sentence, which may take several lines. */
function headOf(table: string): string {
  return table.replace(/\n\n.*/s, '').replace(/\s+/g, ' ');
}

describe('the release in the first line of a table', () => {
  it.each([
    ['1.20.8', 'Istio 1.18 – 1.24 (sidecar, REDIRECT, iptables)'],
    ['1.28.10', 'Istio 1.25 – 1.31 (sidecar, REDIRECT, iptables)'],
    ['1.4.10', 'Istio 1.3 – 1.4 (sidecar, REDIRECT, iptables)'],
  ])('is the range that writes the rules of %s, where nobody said it', (release, name) => {
    for (const [command, table] of Object.entries(tables(release)))
      expect([command, headOf(table)]).toEqual([command, expect.stringContaining(name)]);
  });

  it('is the one that was said', () => {
    for (const table of Object.values(tables('1.28.10', { istioVersion: 'v1.28.10-distroless' })))
      expect(headOf(table)).toContain('Istio 1.28.10 (sidecar, REDIRECT, iptables)');
  });

  it.each([
    ['1.32.0', '1.31.0'],
    ['1.28.99', '1.28.10'],
    ['2.0.0', '1.31.0'],
  ])('is %s, and with which it was compared: %s', (istioVersion, known) => {
    for (const table of Object.values(tables('1.28.10', { istioVersion })))
      expect(headOf(table)).toContain(`Istio ${istioVersion}, held against ${known}, the newest that is known (`);
  });

  it('is the range in a table and in JSON of probe as well', () => {
    const config = defaultConfig('1.31');
    const answer = { config, releases: ['1.25', '1.31'], probes: [], validation: null, undetermined: [] } as const;
    expect(headOf(probeTable(answer satisfies ProbeAnswer, OPTIONS))).toContain(
      'Istio 1.25 – 1.31 (sidecar, REDIRECT, iptables) intends',
    );
    expect(probeDocument(answer)).toMatchObject({ istio: { version: '1.31', releases: ['1.25', '1.31'] } });
  });
});

describe('the inputs of check', () => {
  it('name the range in place of its newest end', () => {
    const text = printed(buildLayout(defaultConfig('1.20.8')), 'save');
    const report = check(factsOfTexts([{ name: 'pod.rules', text }]), declaredOf({ flags: {} }), { toolVersion: '0' });
    const table = checkTable(report, { ...OPTIONS, verbose: true });
    expect(table).toContain('istioVersion 1.18 – 1.24');
    expect(table).toMatch(/others: defaults of Istio 1\.18 – 1\.24\./);
  });
});
