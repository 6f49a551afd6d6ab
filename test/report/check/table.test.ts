import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../../src/model/report.ts';
import { checkTable } from '../../../src/report/check/table.ts';
import { BROKEN, FINDING, HEALTHY, UNDETERMINED } from '../sample.ts';

const PLAIN = { color: false, width: 100 };

/** A report in which everything that a pod or a file can choose is hostile. */
function hostile(text: string): CheckReport {
  const rule = { table: text, chain: text, index: 1, text };
  return {
    ...BROKEN,
    source: { kind: 'rules', files: [text] },
    istio: {
      ...BROKEN.istio,
      version: text,
      config: { excludeInterfaces: text },
      origin: { excludeInterfaces: 'flag' },
    },
    checks: [{ id: text, outcome: 'fail', reason: text }],
    undetermined: [{ code: 'NAT1004', message: text, remedy: text }],
    findings: [
      {
        ...FINDING,
        title: text,
        message: text,
        remedy: text,
        hint: text,
        evidence: [
          { kind: 'rule', ...rule, source: text, line: 3 },
          { kind: 'chain', ...rule },
          { kind: 'socket', text },
          { kind: 'command', command: text, text },
          { kind: 'input', source: text, line: 1, column: 1, text },
        ],
        differences: FINDING.differences.map((difference) => ({
          ...difference,
          packets: { inInterface: text },
          witness: { ...difference.witness, inInterface: text },
          live: { kind: 'undetermined', because: text },
          expected: { kind: 'dnat', to: text },
          liveRule: rule,
          expectedRule: rule,
        })),
      },
    ],
  };
}

describe('checkTable', () => {
  it('breaks no command, and stands each on a line that can be pasted as it is', () => {
    const command = `iptables -t nat -D OUTPUT -m comment --comment '${'a  b '.repeat(40)}' -j ACCEPT`;
    const remedy = ['Ask first.', `In the pod: ${command}`, 'In the pod: ip rule show', 'Then look again.'].join('\n');
    const table = checkTable({ ...BROKEN, findings: [{ ...FINDING, remedy }] }, PLAIN);
    const lines = table.split('\n').map((line) => line.trim());
    const start = lines.indexOf('1. Ask first.');
    expect(lines.slice(start + 1, start + 4)).toEqual([command, 'ip rule show', '2. Then look again.']);
  });

  it('says what is wrong, shows the rule and a packet, and what to do', () => {
    expect(checkTable(BROKEN, PLAIN)).toMatchInlineSnapshot(`
      "✗ The pod of pod.rules is broken: 1 error. Expected: Istio 1.28.10 (sidecar, REDIRECT,
        iptables-nft).

      ✗ NAT0201 Inbound port 8080 bypasses the proxy (IPv4)
        Connections to port 8080 are not redirected to the proxy: a rule of ISTIO_INBOUND returns them,
        and no input that is known excludes that port.
        Rule     nat ISTIO_INBOUND #2 (pod.rules:14)
                 -A ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j RETURN
        Packet   tcp 10.0.0.9 → 10.0.0.5:8080 (PREROUTING, in eth0)
                 left alone; it should be redirected to port 15006
        1. Take 8080 out of traffic.sidecar.istio.io/excludeInboundPorts in the pod template, and restart
           the pod.
        2. Until then: iptables -t nat -D ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j RETURN

        Checks   1 passed, 1 failed, 1 skipped; more: -v, istio-nat explain NAT0201
      ✗ Broken: 1 error.
      "
    `);
  });

  it('always has a line that says so when a pod is healthy', () => {
    expect(checkTable(HEALTHY, PLAIN)).toMatchInlineSnapshot(`
      "✓ This pod is healthy: packets go where Istio 1.28.10 (sidecar, REDIRECT, iptables-nft) sends them.
        In       tcp to any port → 15006
        Out      tcp to any address → 15001
        Around   in 15090, in 15021: Istio's own
        Checks   2 passed, 1 skipped; --verbose lists them
      ✓ Healthy.
      "
    `);
  });

  it.each([
    ['a node', { findings: [{ ...FINDING, code: 'NAT1005', severity: 'info', message: 'A node it is.' }] }],
    [
      'a pod that is not captured',
      { findings: [{ ...FINDING, code: 'NAT1007', severity: 'info', message: 'A job.' }] },
    ],
  ] as const)('calls %s no healthy pod of the mesh', (_, changes) => {
    const report = { ...HEALTHY, ...changes, istio: { ...HEALTHY.istio, dataplane: 'none' as const } };
    const [first = ''] = checkTable(report, PLAIN).split('\n');
    expect(first).not.toMatch(/healthy|none/);
    expect(first).toContain('is not captured by Istio');
    expect(first).toContain(changes.findings[0].message);
    expect(first).toContain(changes.findings[0].code === 'NAT1005' ? 'This node' : 'This pod');
  });

  it('expects no release where nothing says that the pod belongs to the mesh', () => {
    const report = { ...UNDETERMINED, istio: { ...UNDETERMINED.istio, dataplane: 'none' as const } };
    expect(checkTable(report, PLAIN).split('\n\n')[0]).not.toMatch(/Expected|none/);
  });

  it('says what could not be looked at and the command that could', () => {
    expect(checkTable(UNDETERMINED, { color: false, width: 60 })).toMatchInlineSnapshot(`
      "? This pod could not be judged; what is missing is listed
        below. Expected: Istio 1.28.10 (sidecar, REDIRECT,
        iptables-nft).

      Could not be checked
      ? NAT1001
        Reading the rules needs CAP_NET_ADMIN, which this process
        (uid 1337) does not have.
        To see it  kubectl debug POD --profile=netadmin --image=…
                   -- istio-nat check

        Checks   1 undetermined; more: -v, istio-nat explain
                 NAT1001
      ? Undetermined: 1 thing could not be seen.
      "
    `);
  });

  it.each([
    [BROKEN, '✗ The pod of pod.rules is broken: 1 error. Expected: Istio 1.28.10 (sidecar, REDIRECT, iptables-nft).\n'],
    [UNDETERMINED, '? This pod could not be judged: 1 thing could not be seen.\n'],
  ])('is one line, and refers to no other, where nothing but the verdict is asked for', (report, line) => {
    expect(checkTable(report, { color: false, width: 40, quiet: true })).toBe(line);
  });

  it.each(['broken', 'degraded', 'undetermined', 'healthy'] as const)(
    'names the notes of a pod that is %s',
    (verdict) => {
      const note = { ...FINDING, code: 'NAT0702', severity: 'info', title: 'A legacy table is empty' } as const;
      const findings = verdict === 'healthy' ? [note] : [...BROKEN.findings, note];
      expect(checkTable({ ...BROKEN, verdict, findings }, PLAIN)).toContain('Notes    NAT0702 A legacy table is empty');
    },
  );

  it('counts the warnings of a pod that works', () => {
    const degraded: CheckReport = {
      ...BROKEN,
      verdict: 'degraded',
      findings: [{ ...FINDING, severity: 'warning' }],
      summary: { error: 0, warning: 1, info: 0 },
    };
    expect(checkTable(degraded, PLAIN).split('\n')[0]).toContain('works, with 1 warning');
  });

  it('tells the same with and without colours', () => {
    const colored = checkTable(BROKEN, { color: true, width: 100 });
    expect(colored).toContain('\x1b[31m✗');
    expect(stripVTControlCharacters(colored)).toBe(checkTable(BROKEN, PLAIN));
  });

  it.each([40, 60, 80, 100, 500])('fills at most the width it may (%i)', (width) => {
    const longest = Math.max(
      ...checkTable(BROKEN, { color: false, width })
        .split('\n')
        .map((line) => line.length),
    );
    expect(longest).toBeLessThanOrEqual(Math.min(width, 100));
  });

  it('lets no character of the pod drive the terminal', () => {
    const text = checkTable(hostile('\x1b[2J\u202e\r\x9b\x07evil'), { color: false, width: 100 });
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text).toContain('evil');
  });

  it('does not let a quoted text start a line of its own', () => {
    const text = checkTable(hostile('x\n✓ This pod is healthy'), PLAIN);
    expect(text).not.toMatch(/^✓/m);
  });

  it('cuts off what nobody would read, and says where the rest is', () => {
    const evidence = Array.from({ length: 1000 }, () => ({ kind: 'socket' as const, text: 'x'.repeat(10_000) }));
    const text = checkTable({ ...BROKEN, findings: Array(1000).fill({ ...FINDING, evidence }) }, PLAIN);
    expect(text).toContain('… and 999 more');
    expect(text).toContain('… and 995 more findings');
    expect(text.length).toBeLessThan(500_000);
  });
});

describe('checkTable with nothing folded', () => {
  const many = <T>(one: T | undefined, count: number): T[] =>
    one === undefined ? [] : Array.from({ length: count }, () => one);
  const report: CheckReport = {
    ...BROKEN,
    findings: many(
      { ...FINDING, evidence: many(FINDING.evidence[0], 9), differences: many(FINDING.differences[0], 5) },
      41,
    ),
  };
  const counted = (text: string, of: RegExp) => text.match(of)?.length;

  it('shows every finding, its evidence and its packets', () => {
    const [folded, whole] = [checkTable(report, PLAIN), checkTable(report, { ...PLAIN, verbose: true })];
    expect(folded).toContain('36 more findings; --verbose shows them all');
    expect(counted(folded, /^✗ NAT0201/gm)).toBe(5);
    expect(counted(whole, /^✗ NAT0201/gm)).toBe(41);
    expect(counted(whole, /^ {2}Rule {5}/gm)).toBe(41 * 9);
    expect(counted(whole, /^ {2}Such as/gm)).toBe(41 * 5);
    expect(whole).not.toMatch(/… and/);
  });

  it('names every check, and says what nobody sees', () => {
    const whole = checkTable(BROKEN, { ...PLAIN, verbose: true });
    for (const { id } of BROKEN.checks) expect(whole).toMatch(new RegExp(`^ {2}\\S ${id} `, 'm'));
    expect(whole).toContain('XDP');
    expect(checkTable(BROKEN, PLAIN)).not.toContain('XDP');
  });
});
