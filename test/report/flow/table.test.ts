import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { FlowAnswer, FlowStep, Journey } from '../../../src/flow/types.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Packet } from '../../../src/model/packet.ts';
import { flowTable } from '../../../src/report/flow/table.ts';
import { documentJson } from '../../../src/report/json.ts';
import { because, IS_TCP } from '../sample.ts';

const PACKET: Packet = {
  ...{ family: 'ipv4', hook: 'PREROUTING', protocol: 'tcp', source: '10.0.0.9', sourcePort: 40000 },
  ...{ destination: '10.0.0.5', destinationPort: 8080, inInterface: 'eth0', mark: 0, connmark: 0, ctState: 'NEW' },
};

/** Whether a text has a character that drives a terminal or turns its reading order. */
function isUnsafe(text: string): boolean {
  return text.includes('\u001b') || text.includes('\u202e');
}

const JUMP: FlowStep = {
  number: 1,
  hook: 'PREROUTING',
  table: 'nat',
  chain: 'PREROUTING',
  rule: { table: 'nat', chain: 'PREROUTING', index: 1, text: '-A PREROUTING -p tcp -j ISTIO_INBOUND' },
  action: 'jump ISTIO_INBOUND',
  why: IS_TCP,
  intended: 'yes',
  packet: PACKET,
  verdict: { kind: 'redirect', port: 15006 },
};
const EXCLUDED: FlowStep = {
  ...JUMP,
  number: 2,
  chain: 'ISTIO_INBOUND',
  rule: {
    table: 'nat',
    chain: 'ISTIO_INBOUND',
    index: 1,
    text: '-A ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j RETURN',
  },
  action: 'return',
  why: because('match', { field: 'destination port', value: '8080', wanted: '8080' }),
  intended: 'no',
  verdict: { kind: 'accept' },
  expected: {
    verdict: { kind: 'redirect', port: 15006 },
    rule: { table: 'nat', chain: 'ISTIO_INBOUND', index: 5, text: '-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT' },
  },
};
const APPLICATION: FlowStep = {
  ...{ number: 3, hook: 'application', table: null, chain: null, rule: null, action: 'accept' },
  ...{ intended: 'follows', program: 'application', port: 8080 },
  why: {
    ...{ kind: 'received', program: 'application', refusal: null, loop: 'none' },
    by: { kind: 'socket', process: 'node', uid: 1000 },
  },
};

const WRONG: Journey = {
  ...{ name: 'inbound', family: 'ipv4', intended: 'no', end: 'application', proxied: false },
  steps: [JUMP, EXCLUDED, APPLICATION],
  answers: [],
};
const RIGHT: Journey = { ...WRONG, intended: 'yes', proxied: true, steps: [JUMP] };

function shown(journeys: readonly Journey[], changes: Partial<FlowAnswer['report']> = {}): FlowAnswer {
  const wrong = journeys.some(({ intended }) => intended === 'no');
  return {
    report: { schemaVersion: 1, intended: !wrong, journeys, assumed: [], undetermined: [], ...changes },
    source: { kind: 'live' },
    config: defaultConfig('1.28.10'),
  };
}

function table(answer: FlowAnswer, width = 80): string {
  return flowTable(answer, { color: false, width });
}

describe('flowTable', () => {
  it('marks the wrong step by a sign and in words, with what should have been', () => {
    expect(table(shown([WRONG]))).toBe(
      `✗ In this pod 1 of 1 requests goes wrong, held against Istio 1.28.10 (sidecar,
  REDIRECT, iptables): inbound at step 2.

✗ Inbound: another pod calls port 8080
  tcp 10.0.0.9:40000 → 10.0.0.5:8080 (PREROUTING, in eth0)
  ✓  1 nat PREROUTING #1         jump ISTIO_INBOUND      protocol tcp
  ✗  2 nat ISTIO_INBOUND #1      return                  destination port 8080
         WRONG: the packet is left alone: -A ISTIO_INBOUND -p tcp -m tcp --dport
         8080 -j RETURN
         Should be: it is redirected to port 15006, by nat ISTIO_INBOUND #5: -A
         ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT
  ·  3 port 8080                 the application (node, uid 1000)
  → reaches the application past the proxy

What causes it, and what to do: istio-nat check
`,
    );
  });

  it('tells what goes wrong first, and what goes right in a line unless everything is asked for', () => {
    const answer = shown([{ ...RIGHT, name: 'dns' }, WRONG]);
    const text = table(answer, 100);
    expect(text.indexOf('✗ Inbound')).toBeLessThan(text.indexOf('✓ DNS'));
    expect(text).toContain('✓ DNS: the application asks 10.0.0.5 → reaches the application through the proxy\n');
    expect(text.match(/ 1 nat PREROUTING/g)).toHaveLength(1);
    const all = flowTable(answer, { color: false, width: 100, verbose: true });
    expect(all.match(/ 1 nat PREROUTING/g)).toHaveLength(2);
  });

  it('ticks nothing at a port where nobody listens', () => {
    const nobody: FlowStep = {
      ...APPLICATION,
      ...{ hook: 'socket', action: 'refused', intended: 'yes', program: 'none' },
      why: {
        ...{ kind: 'received', program: 'none', refusal: null, loop: 'none' },
        by: { kind: 'nobody', protocol: 'tcp', address: '10.0.0.5', port: 8080, example: true },
      },
    };
    const text = table(shown([RIGHT, { ...RIGHT, end: 'refused', steps: [JUMP, nobody] }]), 120);
    expect(text.split('\n\n')[0]).toContain('one of them ends where nobody listens');
    expect(text).toMatch(/^- Inbound/m);
    expect(text).toMatch(/^ {2}- {2}3 port 8080/m);
  });

  it('says what to do next', () => {
    expect(table(shown([RIGHT]))).toMatch(/^✓ In this pod this request goes as .* means it to/s);
    expect(table(shown([RIGHT]))).toMatch(/every other packet fares as it should:\sistio-nat check\n$/);
    expect(table(shown([WRONG]))).toMatch(/what to do: istio-nat check\n$/);
  });

  it('tells a life once that is the same over IPv6, and twice where it is not', () => {
    const ipv6: Journey = { ...RIGHT, family: 'ipv6' };
    expect(table(shown([RIGHT, ipv6])).match(/Inbound:/g)).toHaveLength(1);
    expect(table(shown([RIGHT, ipv6]))).toContain('port 8080 (IPv4 and IPv6)');
    const other = table(shown([RIGHT, { ...WRONG, family: 'ipv6' }]));
    expect(other.match(/Inbound:/g)).toHaveLength(2);
    expect(other).toContain('port 8080 (IPv6)');
  });

  it('says what an answer meets only where that is a rule', () => {
    const nothing: FlowStep = {
      ...JUMP,
      rule: null,
      table: null,
      chain: null,
      action: 'none',
      why: { kind: 'nat-skipped' },
    };
    expect(table(shown([{ ...RIGHT, answers: [nothing] }]))).toContain('Its answer goes back the same way');
    const restored = { ...JUMP, action: 'restore mark from connmark' };
    expect(table(shown([{ ...RIGHT, answers: [nothing, restored] }]))).toMatch(
      /it meets\n.*\n.*restore mark from connmark/,
    );
  });

  it('shows what could not be told, and how to see it', () => {
    const open = { code: 'NAT1001', message: 'The rules could not be read', remedy: 'Run it as root' } as const;
    const text = table(shown([], { intended: null, undetermined: [open] }));
    expect(text).toMatch(/^\? Whether every request/);
    expect(text).toMatch(/\? NAT1001\n {2}The rules could not be read\n {2}To see it {2}Run it as root\n$/);
  });

  it.each([40, 60, 80, 100])('keeps to %i columns', (width) => {
    const elsewhere = {
      ...{ kind: 'wants', field: 'destination', value: '10.0.0.5', wanted: '127.0.0.1/32', negated: true },
    } as const;
    const why = { kind: 'rule', outcome: 'match', conditions: Array(4).fill(elsewhere) } as const;
    const long = { ...EXCLUDED, why };
    const native = {
      ...JUMP,
      rule: { ...EXCLUDED.rule, table: 'istio-proxy-nat', chain: 'istio-in-redirect', index: 12, text: '' },
    };
    const text = table(
      shown([{ ...WRONG, steps: [JUMP, native, long, APPLICATION] }], { assumed: ['the addresses are examples'] }),
      width,
    );
    for (const line of text.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(width);
  });

  it('lets no control character of a rule, a name or an address through', () => {
    const hostile = '\u001b[31m\u202e';
    const step = {
      ...EXCLUDED,
      why: { kind: 'rule', outcome: 'no-match', conditions: [{ kind: 'quoted', text: hostile }] } as const,
      action: hostile,
      rule: { table: hostile, chain: hostile, index: 1, text: hostile },
    };
    const answer = {
      ...shown([{ ...WRONG, steps: [{ ...step, packet: { ...PACKET, inInterface: hostile } }] }]),
      source: { kind: 'rules', files: [hostile] } as const,
    };
    expect(isUnsafe(table(answer))).toBe(false);
    expect(isUnsafe(documentJson(answer.report))).toBe(false);
    expect(JSON.parse(documentJson(answer.report)).journeys[0].steps[0].why).toBe(hostile);
  });

  it('repeats in colour what signs say', () => {
    const text = flowTable(shown([WRONG]), { color: true, width: 80 });
    expect(stripVTControlCharacters(text)).toBe(table(shown([WRONG])));
    expect(text).toContain('\u001b[31m');
  });
});
