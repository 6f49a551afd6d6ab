import { describe, expect, it } from 'vitest';
import type { RuleReason } from '../../../src/model/reason.ts';
import { documentJson } from '../../../src/report/json.ts';
import { traceLine } from '../../../src/report/trace/line.ts';
import { traceTable } from '../../../src/report/trace/table.ts';
import { TRACE, TRACE_JSON } from '../sample.ts';

const PLAIN = { color: false, width: 100 };

describe('traceTable', () => {
  it('shows each rule that was met with the reason', () => {
    expect(traceTable(TRACE, PLAIN)).toMatchInlineSnapshot(`
      "Packet   tcp 10.0.0.9:40000 → 10.0.0.5:8080 (PREROUTING, in eth0)
      Verdict  redirected to port 15006 by nat ISTIO_IN_REDIRECT #1

      nat PREROUTING
        ✓ 1   -A PREROUTING -p tcp -j ISTIO_INBOUND
              protocol is tcp, rule wants tcp → jump ISTIO_INBOUND

      nat ISTIO_INBOUND
        · 1   -A ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN
              destination port is 8080, rule wants 15008
        ✓ 2   -A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT
              protocol is tcp, rule wants tcp → jump ISTIO_IN_REDIRECT

      nat ISTIO_IN_REDIRECT
        ✓ 1   -A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006
              protocol is tcp, rule wants tcp → redirect 15006
      "
    `);
  });

  it('has two lines when only the verdict was asked for', () => {
    const { packet, verdict } = TRACE;
    expect(traceTable({ packet, verdict }, PLAIN)).toMatchInlineSnapshot(`
      "Packet   tcp 10.0.0.9:40000 → 10.0.0.5:8080 (PREROUTING, in eth0)
      Verdict  redirected to port 15006
      "
    `);
  });

  it('says so when no rule was asked', () => {
    expect(traceTable({ ...TRACE, verdict: { kind: 'accept' }, steps: [] }, PLAIN)).toContain('No rule was evaluated.');
  });

  it('says why a verdict is undetermined', () => {
    const verdict = { kind: 'undetermined', because: 'nat OUTPUT #1 has a match that is not known: -m geoip' } as const;
    expect(traceTable({ ...TRACE, verdict }, PLAIN)).toContain('undetermined: nat OUTPUT #1 has a match');
  });

  it('lets no character of a rule drive the terminal', () => {
    const evil = '\x1b[2J\u202e';
    const why: RuleReason = { kind: 'rule', outcome: 'no-match', conditions: [{ kind: 'unknown', raw: evil }] };
    const steps = TRACE.steps?.map((step) => ({ ...step, chain: evil, text: evil, why, action: evil }));
    const packet = { ...TRACE.packet, inInterface: evil };
    const text = traceTable({ ...TRACE, packet, ...(steps && { steps }) }, PLAIN);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('the JSON of a trace', () => {
  it('is one line in a batch and one document otherwise', () => {
    expect(traceLine(TRACE).indexOf('\n')).toBe(traceLine(TRACE).length - 1);
    expect(JSON.parse(traceLine(TRACE))).toEqual(TRACE_JSON);
    expect(JSON.parse(documentJson(TRACE))).toEqual(TRACE_JSON);
  });
});
