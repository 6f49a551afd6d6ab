import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../src/layout/index.ts';
import type { ProbeAnswer, ProbeResult } from '../../src/probe/types.ts';
import { probeGithub } from '../../src/report/github/probe.ts';
import { probeJunit } from '../../src/report/junit/probe.ts';
import { probePrometheus } from '../../src/report/prometheus/probe.ts';
import { isInstalled, promtool, xmllint } from './validators.ts';

const NOW = { now: new Date('2026-01-02T03:04:05Z') };

const PASSED: ProbeResult = {
  purpose: 'outbound',
  role: 'application',
  owner: { uid: 1000, gid: 1000 },
  packet: {
    family: 'ipv4',
    hook: 'OUTPUT',
    protocol: 'tcp',
    source: '10.0.0.5',
    destination: '192.0.2.1',
    destinationPort: 80,
  },
  expected: { kind: 'redirect', port: 15001 },
  predicted: { kind: 'accept' },
  rule: {
    table: 'nat',
    chain: 'OUTPUT',
    index: 1,
    text: '-A OUTPUT -m comment --comment "\n::error::x ]]>" -j ACCEPT',
  },
  sent: { ending: 'connected', durationMs: 12, path: { kind: 'port', port: 15001 } },
  outcome: 'pass',
  message: 'port 15001 took it',
};

const ANSWER: ProbeAnswer = {
  config: defaultConfig('1.28.10'),
  probes: [
    PASSED,
    { ...PASSED, outcome: 'fail', message: 'nobody took it' },
    { ...PASSED, outcome: 'undetermined' },
    { ...PASSED, outcome: 'skipped', sent: null },
  ],
  validation: null,
  undetermined: [{ code: 'NAT1001', message: 'the rules cannot be read', remedy: 'as root' }],
};

describe('probe', () => {
  it('is a JUnit test for each attempt, with its time', () => {
    const text = probeJunit(ANSWER, NOW);
    const { testsuite } = new XMLParser({ ignoreAttributes: false }).parse(text).testsuites;
    expect(testsuite).toMatchObject({
      '@_tests': '4',
      '@_failures': '1',
      '@_errors': '1',
      '@_skipped': '1',
      '@_time': '0.036',
    });
    expect(testsuite.testcase[1].failure['@_message']).toBe('nobody took it');
    expect(testsuite['system-out']).toContain('NAT1001: the rules cannot be read');
  });

  it.skipIf(!isInstalled('xmllint'))('is valid JUnit (where xmllint is installed)', () => {
    expect(xmllint(probeJunit(ANSWER, NOW))).toBe('');
  });

  it('is an annotation for each attempt', () => {
    const levels = probeGithub(ANSWER).match(/^::\w+/gm);
    expect(levels).toEqual(['::notice', '::error', '::error', '::notice', '::warning']);
    expect(probeGithub(ANSWER).trimEnd().split('\n')).toHaveLength(5);
  });

  it('is a number of attempts for each outcome', () => {
    expect(probePrometheus(ANSWER, NOW)).toContain('istio_nat_probes{outcome="fail"} 1\n');
  });

  it.skipIf(!isInstalled('promtool'))('passes promtool (where it is installed)', () => {
    expect(promtool(probePrometheus(ANSWER, NOW))).toBe('');
  });
});
