import { describe, expect, it } from 'vitest';
import type { CheckReport, Finding } from '../../src/model/report.ts';
import { checkGithub } from '../../src/report/github/check.ts';
import { checkJunit } from '../../src/report/junit/check.ts';
import { checkMarkdown } from '../../src/report/markdown/check.ts';
import { fileLineOf, spotsOf } from '../../src/report/places.ts';
import { checkPrometheus } from '../../src/report/prometheus/check.ts';
import { checkSarif } from '../../src/report/sarif/check.ts';
import { BROKEN, FINDING, HEALTHY, UNDETERMINED } from './sample.ts';

const NOW = { now: new Date('2026-01-02T03:04:05Z') };

/** The broken pod with a finding that is told by the check `inbound`, as it is in truth. */
const TOLD: CheckReport = {
  ...BROKEN,
  checks: [{ id: 'inbound', outcome: 'fail', reason: 'NAT0201' }, ...BROKEN.checks.slice(1)],
};

const resultsOf = (report: CheckReport) => JSON.parse(checkSarif(report)).runs[0].results;

describe('where a finding is', () => {
  const [rule] = FINDING.evidence;

  it('is a line of the file that the user named', () => {
    expect(fileLineOf(FINDING.evidence, BROKEN.source)).toEqual({ file: 'pod.rules', line: 14 });
    expect(fileLineOf([], BROKEN.source)).toEqual({ file: 'pod.rules' });
  });

  it.each<[string, CheckReport['source']]>([
    ['the kernel', { kind: 'live' }],
    ['what comes with istio-nat', { kind: 'example', name: 'broken-pod' }],
    ['standard input', { kind: 'rules', files: ['-'] }],
  ])('is no file where the rules are from %s', (_, source) => {
    const evidence = rule?.kind === 'rule' ? [{ ...rule, source: '-' }] : [];
    expect(fileLineOf(evidence, source)).toBeNull();
  });

  it('is the rule that is quoted, else the one that decides', () => {
    expect(spotsOf(FINDING)).toMatchObject([{ table: 'nat', chain: 'ISTIO_INBOUND', index: 2 }]);
    expect(spotsOf({ ...FINDING, evidence: [] })).toMatchObject([{ table: 'nat', chain: 'ISTIO_INBOUND', index: 2 }]);
    expect(spotsOf({ evidence: [{ kind: 'socket', text: '' }], differences: [] })).toEqual([]);
  });
});

describe('SARIF of check', () => {
  it('points at the line and at the rule', () => {
    expect(resultsOf(BROKEN)[0]).toMatchObject({
      ruleId: 'NAT0201',
      ruleIndex: 0,
      level: 'error',
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'pod.rules' }, region: { startLine: 14 } },
          logicalLocations: [{ name: 'ISTIO_INBOUND', fullyQualifiedName: 'ipv4/nat/ISTIO_INBOUND/2' }],
        },
      ],
    });
  });

  it.each([
    ['/tmp/a b', 'file:///tmp/a%20b'],
    ['a:b/c#d', 'a%3Ab/c%23d'],
  ])('makes a reference of the path %s', (file, uri) => {
    const [result] = resultsOf({ ...BROKEN, source: { kind: 'rules', files: [file] } });
    expect(result.locations[0].physicalLocation.artifactLocation.uri).toBe(uri);
  });

  it('gives each result a fingerprint that position, line, counters and pids do not change', () => {
    const moved: Finding = {
      ...FINDING,
      message: 'in other words',
      evidence: FINDING.evidence.map((one) =>
        one.kind === 'rule' ? { ...one, index: 7, line: 70, text: '[9:900] -A …' } : one,
      ),
    };
    const print = (finding: Finding) => resultsOf({ ...BROKEN, findings: [finding] })[0].partialFingerprints;
    expect(print(moved)).toEqual(print(FINDING));
    expect(print({ ...FINDING, family: 'ipv6' })).not.toEqual(print(FINDING));
    const [first, second] = resultsOf({ ...BROKEN, findings: [FINDING, FINDING] });
    expect(first.partialFingerprints).not.toEqual(second.partialFingerprints);
  });

  it('has the page of each code that was found, and no other', () => {
    const [rule, ...others] = JSON.parse(checkSarif(BROKEN)).runs[0].tool.driver.rules;
    expect(others).toEqual([]);
    expect(rule).toMatchObject({ id: 'NAT0201', defaultConfiguration: { level: 'error' } });
    expect(rule.help.markdown).toContain('## Remedy');
    expect(rule.help.text).toContain('Likely causes:');
  });

  it('is no success where something could not be told', () => {
    const [run] = JSON.parse(checkSarif(UNDETERMINED)).runs;
    expect(run.invocations[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [{ descriptor: { id: 'NAT1001' }, level: 'error' }],
    });
    expect(JSON.parse(checkSarif(HEALTHY)).runs[0].invocations[0].executionSuccessful).toBe(true);
  });
});

describe('GitHub annotations of check', () => {
  it('stand at the line of the guilty rule', () => {
    expect(checkGithub(BROKEN)).toMatch(
      /^::error file=pod\.rules,line=14,title=NAT0201 Inbound port 8080 bypasses the proxy::Connections to port 8080 .*%0ARemedy: /,
    );
  });

  it('end with the verdict, and show what could not be told as an error', () => {
    expect(checkGithub(HEALTHY)).toMatch(/^::notice title=istio-nat check::This pod is healthy: 0 errors/);
    expect(checkGithub(UNDETERMINED)).toMatch(/^::error title=NAT1001 could not be told::/);
  });
});

describe('JUnit of check', () => {
  it('has the findings in the check that raised them', () => {
    expect(checkJunit(TOLD, NOW)).toMatch(
      /<testcase name="inbound"[^>]*>\s*<failure type="error" message="NAT0201 Inbound port 8080[^>]*>Connections to port 8080[^<]*Remedy: /,
    );
  });

  it('has what no test fails for in its output', () => {
    const info: Finding = { ...FINDING, severity: 'info' };
    const report = { ...TOLD, checks: [{ ...TOLD.checks[0], outcome: 'pass' }], findings: [info] } as CheckReport;
    expect(checkJunit(report, NOW)).toMatch(/failures="0".*<system-out>.*info: NAT0201/s);
  });

  it('errs where there is no answer', () => {
    expect(checkJunit(UNDETERMINED, NOW)).toContain('tests="2" failures="0" errors="2" skipped="0"');
  });
});

describe('Markdown of check', () => {
  it('has the remedy with its commands as a block', () => {
    const remedy = 'Take it out.\nIn the pod: iptables -D a\nIn the pod: iptables -D b\nCheck again.';
    expect(checkMarkdown({ ...BROKEN, findings: [{ ...FINDING, remedy }] })).toContain(
      '**What to do**\n\n1. Take it out.\n\n   ```sh\n   iptables -D a\n   iptables -D b\n   ```\n\n2. Check again.',
    );
  });

  it('says the likely cause, what was not seen, and of the checks those that need attention', () => {
    const seen = { ...BROKEN.seen, unseen: [{ what: 'connections', command: 'ss -Htunaep' }] };
    const text = checkMarkdown({ ...BROKEN, seen, findings: [{ ...FINDING, cause: 'Somebody added the rule.' }] });
    expect(text).toContain('**Likely cause:** Somebody added the rule.');
    expect(text).toContain('Not seen: connections (`ss -Htunaep`).');
    expect(text).toContain('1 passed, 1 failed, 1 skipped');
    expect(text).not.toMatch(/^- [✓–]/m);
  });
});

describe('what is suppressed', () => {
  const report: CheckReport = {
    ...HEALTHY,
    suppressed: [
      {
        code: 'NAT0201',
        severity: 'error',
        title: 'A port bypasses',
        message: 'Port 8080 does.',
        reason: 'the scraper has no sidecar',
        expires: '2027-01-31',
        entry: { file: 'known.yaml', line: 3 },
      },
    ],
    suppressions: { warnings: [{ file: 'known.yaml', line: 9, message: 'expired' }] },
  };

  it.each([
    ['markdown', checkMarkdown(report)],
    ['github', checkGithub(report)],
    ['junit', checkJunit(report, NOW)],
    ['sarif', checkSarif(report)],
    ['prometheus', checkPrometheus(report, NOW)],
  ])('is counted and named in %s', (format, text) => {
    expect(text).toContain('NAT0201');
    if (format !== 'prometheus') expect(text).toContain('the scraper has no sidecar');
    if (format !== 'prometheus' && format !== 'sarif') expect(text).toContain('apart from 1 suppressed finding');
  });

  it('has an annotation for an entry without effect', () => {
    expect(checkGithub(report)).toContain(
      '::warning file=known.yaml,line=9,title=Suppression without effect::expired\n',
    );
  });
});
