import { expect, it } from 'vitest';
import { withEnvironmentJson, withEnvironmentTable } from '../../src/report/environment.ts';

const TABLE = '✓ healthy\n\nInputs\n  none\n\n0 errors.\n';
const DOCUMENT = '{\n  "verdict": "healthy"\n}\n';
const OPTIONS = { color: false, width: 80 };
const NOTHING = { variables: [], tools: [] };
const FAIL_ON = { name: 'ISTIO_NAT_FAIL_ON', flag: '--fail-on', value: 'never' };

it('leaves a report as it is where the environment had no part in it', () => {
  expect(withEnvironmentTable(TABLE, NOTHING, OPTIONS)).toBe(TABLE);
  expect(withEnvironmentJson(DOCUMENT, NOTHING)).toBe(DOCUMENT);
});

it('stands behind the sentence with the verdict', () => {
  const from = { variables: [FAIL_ON], tools: [{ name: 'ss', path: '/opt/ss' }] };
  const [head, section, ...rest] = withEnvironmentTable(TABLE, from, OPTIONS).split('\n\n');
  expect([head, ...rest].join('\n\n')).toBe(TABLE);
  expect(section?.replace(/\n {4}/g, ' ').split('\n')).toEqual([
    'From the environment',
    '  ! --fail-on never comes from ISTIO_NAT_FAIL_ON in the environment, which decides what the exit code says.',
    "  ! ss was run from /opt/ss, because PATH says so: that is not one of the system's directories.",
  ]);
});

it.each(['$&', '\x1b[2J\n', '"', 'x'.repeat(5000)])('takes any value: %j', (value) => {
  const from = { variables: [{ ...FAIL_ON, value }], tools: [] };
  const json = withEnvironmentJson(DOCUMENT, from);
  expect(JSON.parse(json)).toEqual({ verdict: 'healthy', environment: from });
  const table = withEnvironmentTable(TABLE, from, OPTIONS);
  for (const text of [json, table]) {
    expect(text).not.toContain('\x1b');
    expect(text).toMatch(/[^\n]\n$/);
  }
  expect(table.length).toBeLessThan(1000);
});
