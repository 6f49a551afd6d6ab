import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completePacket } from '../../../src/evaluate/state.ts';
import type { Packet, Verdict } from '../../../src/model/packet.ts';
import type { RuleReason } from '../../../src/model/reason.ts';
import type { TraceReport, TraceStep } from '../../../src/model/trace.ts';
import { escapeJson } from '../../../src/report/escape.ts';
import { reasonWords } from '../../../src/report/reason.ts';
import { traceLine } from '../../../src/report/trace/line.ts';

const id = fc.option(fc.nat(0xffffffff));
const port = fc.nat(65535);
/** Names that need no escaping, and any that a kernel would take. */
const name = fc.oneof(fc.constantFrom('eth0', 'lo'), fc.string({ minLength: 1, maxLength: 15, unit: 'binary' }));

/** Every field may be left out but those that a packet must have. */
const packets: fc.Arbitrary<Packet> = fc.record(
  {
    family: fc.constant<'ipv4'>('ipv4'),
    hook: fc.constantFrom<'PREROUTING' | 'OUTPUT'>('PREROUTING', 'OUTPUT'),
    protocol: fc.constantFrom('tcp', 'udp', 'icmp', '132'),
    source: fc.ipV4(),
    sourcePort: port,
    destination: fc.ipV4(),
    destinationPort: port,
    inInterface: name,
    outInterface: name,
    uid: id,
    gid: id,
    mark: fc.nat(0xffffffff),
    connmark: fc.nat(0xffffffff),
    ctState: fc.constantFrom<'NEW' | 'INVALID'>('NEW', 'INVALID'),
  },
  { requiredKeys: ['family', 'hook', 'protocol', 'source', 'destination'] },
);

const verdicts: fc.Arbitrary<Verdict> = fc.oneof(
  fc.constant<Verdict>({ kind: 'accept' }),
  fc.record(
    { kind: fc.constant<'redirect'>('redirect'), port, mark: fc.nat(0xffffffff), ctZone: port },
    { requiredKeys: ['kind'] },
  ),
  fc.record({ kind: fc.constant<'undetermined'>('undetermined'), because: fc.string({ unit: 'binary' }) }),
);

/** Rules hold what a pod chooses, in their text and in the names that the reasons quote. */
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('-A OUTPUT -j X', 'a"b', '\\', '\u202e'),
);
const outcomes = fc.constantFrom<'match' | 'no-match' | 'undetermined'>('match', 'no-match', 'undetermined');
const reasons: fc.Arbitrary<RuleReason> = fc.record({
  kind: fc.constant<'rule'>('rule'),
  outcome: outcomes,
  conditions: fc.array(fc.record({ kind: fc.constant<'quoted'>('quoted'), text: anyText }), { maxLength: 3 }),
});
const steps: fc.Arbitrary<TraceStep[]> = fc.array(
  fc.record({
    table: anyText,
    chain: anyText,
    index: fc.nat(10_000),
    text: anyText,
    outcome: outcomes,
    action: anyText,
    why: reasons,
  }),
);

function worded({ steps, ...rest }: TraceReport): string {
  return JSON.stringify({ ...rest, steps: steps?.map((step) => ({ ...step, why: reasonWords(step.why) })) });
}

describe('traceLine with steps', () => {
  it('is what JSON.stringify would write, escaped', () => {
    fc.assert(
      fc.property(packets.map(completePacket), verdicts, steps, (packet, verdict, taken) => {
        const trace = { packet, verdict, steps: taken };
        expect(traceLine(trace)).toBe(`${escapeJson(worded(trace))}\n`);
      }),
      { seed: 20260701 },
    );
  });

  it('writes the same when more texts have come than it remembers', () => {
    const packet = completePacket(fc.sample(packets, { seed: 1, numRuns: 1 })[0] as Packet);
    const step = (text: string): TraceStep => ({
      table: 'nat',
      chain: 'OUTPUT',
      index: 1,
      text,
      outcome: 'match',
      action: 'accept',
      why: { kind: 'rule', outcome: 'match', conditions: [] },
    });
    for (let i = 0; i < 25_000; i += 1) {
      const trace = { packet, verdict: { kind: 'accept' } as const, steps: [step(`-A OUTPUT ${i}`)] };
      if (traceLine(trace) !== `${worded(trace)}\n`) expect.fail(`line ${i}`);
    }
  });
});

describe('traceLine without steps', () => {
  it('is what JSON.stringify would write, escaped', () => {
    fc.assert(
      fc.property(packets.map(completePacket), verdicts, (packet, verdict) => {
        expect(traceLine({ packet, verdict })).toBe(`${escapeJson(JSON.stringify({ packet, verdict }))}\n`);
      }),
    );
  });

  it('leaves out the fields that a packet has not', () => {
    fc.assert(
      fc.property(packets, verdicts, (packet, verdict) => {
        expect(JSON.parse(traceLine({ packet, verdict }))).toEqual({ packet, verdict });
      }),
    );
  });
});
