import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { checkExitCode } from '../../src/cli/exit-code.ts';
import { declaredOf } from '../../src/expect/declared.ts';
import { factsOfTexts } from '../../src/observe/texts.ts';
import { check } from '../../src/pipeline/check.ts';
import { expected } from '../../src/pipeline/expected.ts';
import { checkTable } from '../../src/report/check/table.ts';
import { parseEntries } from '../../src/suppress/parse.ts';

const declared = declaredOf({ flags: { istioVersion: '1.28.10' } });
const { text: HEALTHY } = expected(declared, { output: 'save', family: 'ipv4' });

/** Two rules of somebody else ahead of Istio's, which commands name by position because their comments are not plain. */
const TWO = HEALTHY.replace(
  '-A ISTIO_INBOUND',
  `-A ISTIO_INBOUND -p tcp -m tcp --dport 8080 -m comment --comment "a\u001bb" -j RETURN
-A ISTIO_INBOUND -p tcp -m tcp --dport 9090 -m comment --comment "a\u001bc" -j REDIRECT --to-ports 8081
-A ISTIO_INBOUND`,
);

function reportOf(rules: string, yaml: string, environment: Readonly<Record<string, string>> = {}) {
  const { entries, errors } = parseEntries(yaml, 'known.yaml');
  expect(errors).toEqual([]);
  const facts = { ...factsOfTexts([{ name: 'pod.rules', text: rules }]), environment };
  const source = { kind: 'rules', files: ['pod.rules'] } as const;
  return check({ ...facts, source }, declared, { toolVersion: '0', suppressions: { entries, today: '2026-12-31' } });
}

const table = (report: Parameters<typeof checkTable>[0]) => checkTable(report, { color: false, width: 80 });

describe('check with suppressions', () => {
  it('counts the positions of commands without those of what is suppressed, which nobody runs', () => {
    const all = reportOf(TWO, '').findings;
    expect(all.map(({ code, remedy }) => [code, /-D .*/.exec(remedy ?? '')?.[0]])).toEqual([
      ['NAT0201', '-D ISTIO_INBOUND 1'],
      ['NAT0104', '-D ISTIO_INBOUND 1'],
    ]);
    const { findings } = reportOf(TWO, '- {code: NAT0201, selector: {port: 8080}, reason: known}');
    expect(findings.map(({ code, remedy }) => [code, /-D .*/.exec(remedy ?? '')?.[0]])).toEqual([
      ['NAT0104', '-D ISTIO_INBOUND 2'],
    ]);
  });

  it('has what is suppressed in no count, no verdict, no failed check and no exit code, and names it', () => {
    const report = reportOf(
      TWO,
      '- {code: NAT0201, reason: known}\n- {code: NAT0104, reason: too, expires: 2027-01-31}',
    );
    expect(report).toMatchObject({ verdict: 'healthy', findings: [], summary: { error: 0, warning: 0, info: 0 } });
    expect(report.suppressed?.map(({ code }) => code)).toEqual(['NAT0201', 'NAT0104']);
    expect(report.checks.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
    expect(checkExitCode(report, 'info')).toBe(0);
    const text = table(report).replaceAll(/\s+/g, ' ');
    expect(text).toContain('apart from 2 suppressed findings');
    expect(text).toMatch(/NAT0104 error: .*: too \(known\.yaml:2, until 2027-01-31\)/);
  });

  it('writes the document that its schema describes', () => {
    const schema = JSON.parse(readFileSync(new URL('../../schema/check.schema.json', import.meta.url), 'utf8'));
    const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);
    validate(JSON.parse(JSON.stringify(reportOf(TWO, '- {code: NAT0201, reason: a}\n- {code: NAT0999, reason: b}'))));
    expect(validate.errors).toBeNull();
  });

  it('hides no more than was accepted: another port fails', () => {
    const report = reportOf(TWO, '- {code: NAT0201, selector: {port: 9090}, reason: known}');
    expect(report.verdict).toBe('broken');
    expect(report.suppressions?.warnings).toHaveLength(1);
  });

  it('does not suppress that something could not be seen', () => {
    const cut = TWO.slice(0, TWO.indexOf('COMMIT'));
    const report = reportOf(
      cut,
      '- {code: NAT0201, reason: a}\n- {code: NAT1003, reason: b}\n- {code: NAT1004, reason: b}',
    );
    expect(report.verdict).toBe('undetermined');
    expect(checkExitCode(report, 'error')).toBe(3);
    expect(report.suppressions?.warnings.filter(({ message }) => message.includes('nothing suppresses'))).toHaveLength(
      2,
    );
  });

  it("takes the pod's own word for its names", () => {
    const yaml = '- {code: NAT0201, selector: {namespace: shop, pod: "web-*"}, reason: known}';
    expect(reportOf(TWO, yaml, { POD_NAMESPACE: 'shop', POD_NAME: 'web-1' }).suppressed).toHaveLength(1);
    expect(reportOf(TWO, yaml, { POD_NAMESPACE: 'shop', HOSTNAME: 'web-1' }).suppressed).toHaveLength(1);
    expect(reportOf(TWO, yaml, { POD_NAMESPACE: 'other', POD_NAME: 'web-1' }).suppressed).toEqual([]);
    const unknown = reportOf(TWO, yaml);
    expect(unknown.suppressed).toEqual([]);
    expect(unknown.suppressions?.warnings[0]?.message).toContain('is not known here');
  });

  it('prints what an entry says as text', () => {
    const report = reportOf(TWO, '- {code: NAT0201, reason: "\\e[31mred"}');
    expect(table(report)).toContain('\\x1b[31mred');
    expect(table(report)).not.toContain('\u001b');
  });
});
