import { describe, expect, it } from 'vitest';
import type { Outside } from '../../src/collect/outside.ts';
import { defaultConfig } from '../../src/layout/defaults.ts';
import { buildLayout } from '../../src/layout/index.ts';
import { CannotLook } from '../../src/model/errors.ts';
import type { Packet } from '../../src/model/packet.ts';
import type { TraceReport } from '../../src/model/trace.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { trace } from '../asked.ts';

const CONFIG = {
  ...defaultConfig('1.28.10', 'istio-init'),
  outboundPortsExclude: [3306],
  outboundIpRangesExclude: ['10.1.0.0/16', '10.2.0.0/16'],
};
const TABLES = buildLayout(CONFIG).tables.filter(({ family, name }) => family === 'ipv4' && name === 'nat');
const SAVE = printSave(TABLES);

const out = { family: 'ipv4', hook: 'OUTPUT', protocol: 'tcp', source: '10.0.0.5', outInterface: 'eth0' } as const;
const into = { family: 'ipv4', hook: 'PREROUTING', protocol: 'tcp', source: '10.9.9.9', inInterface: 'eth0' } as const;
const PACKETS: readonly Packet[] = [
  { ...into, destination: '10.0.0.5', destinationPort: 8080 },
  { ...into, destination: '10.0.0.5', destinationPort: 15008 },
  { ...into, destination: '10.0.0.5', destinationPort: 15090 },
  { ...out, destination: '203.0.113.7', destinationPort: 443, uid: 1000, gid: 1000 },
  { ...out, destination: '203.0.113.7', destinationPort: 443, uid: 1337, gid: 1337 },
  { ...out, destination: '203.0.113.7', destinationPort: 3306, uid: 1000, gid: 1000 },
  { ...out, destination: '10.1.2.3', destinationPort: 80, uid: 1000, gid: 1000 },
  { ...out, destination: '10.2.2.3', destinationPort: 80, uid: 1000, gid: 1000 },
  { ...out, protocol: 'udp', destination: '203.0.113.7', destinationPort: 53, uid: 1000, gid: 1000 },
];

function outside(text: string): Outside {
  const unused = () => {
    throw new Error('not asked');
  };
  return {
    runner: { run: unused },
    files: { read: unused, holders: unused },
    readInput: async () => ({ text }),
    async *readLines() {
      yield PACKETS.map((packet) => JSON.stringify(packet));
    },
  };
}

interface Answer {
  readonly traces: readonly TraceReport[];
  readonly notes: readonly string[];
  readonly incomplete: boolean;
}

async function traced(text: string): Promise<Answer> {
  const source = { kind: 'rules', files: ['pod.save'] } as const;
  const request = { source, packets: { kind: 'file', file: 'packets' }, verdictOnly: false } as const;
  const { traces, notes, incomplete } = await trace(request, outside(text));
  const all: TraceReport[] = [];
  for await (const batch of traces) for (const item of batch) if (!('error' in item)) all.push(item);
  return { traces: all, notes, incomplete };
}

describe('trace of a save that was cut off', () => {
  it('never tells a verdict that the whole save contradicts, wherever it was cut', async () => {
    const whole = await traced(SAVE);
    expect(whole.incomplete).toBe(false);
    const counts = { same: 0, open: 0, refused: 0 };
    for (let end = SAVE.indexOf('\n') + 1; end < SAVE.lastIndexOf('COMMIT') + 6; end += 5) {
      const cut = await traced(SAVE.slice(0, end)).catch((error: unknown) => {
        if (!(error instanceof CannotLook)) throw error;
        counts.refused += 1;
        return null;
      });
      expect(cut?.incomplete ?? true).toBe(true);
      for (const [index, { verdict }] of (cut?.traces ?? []).entries()) {
        if (verdict.kind === 'undetermined') counts.open += 1;
        else expect(verdict, `cut at ${end}, packet ${index}`).toEqual(whole.traces[index]?.verdict);
        if (verdict.kind !== 'undetermined') counts.same += 1;
      }
    }
    expect(counts.same).toBeGreaterThan(300);
    expect(counts.open).toBeGreaterThan(300);
    expect(counts.refused).toBeLessThan(5);
  });

  it('says where rules were lost, in the verdict and as a step', async () => {
    const behind = SAVE.indexOf('-A ISTIO_OUTPUT -d 10.2.0.0/16');
    const { traces, notes } = await traced(SAVE.slice(0, behind));
    const line = SAVE.slice(0, behind).split('\n').length - 1;
    expect(traces[7]?.verdict).toEqual({
      kind: 'undetermined',
      because: expect.stringMatching(
        new RegExp(`nat ISTIO_OUTPUT rule \\d+ may or may not match: \\(rules lost at line ${line} of pod.save\\)`),
      ),
    });
    expect(traces[7]?.steps?.map(({ text }) => text)).toContain(`(rules lost at line ${line} of pod.save)`);
    expect(traces[6]?.verdict).toEqual({ kind: 'accept' });
    expect(notes.join('\n')).toContain('its end is not shown');
    expect(notes.join('\n')).toContain('are undetermined');
  });

  it('takes a rule on the last line for lost when that line has no end', async () => {
    const last = '-A ISTIO_OUTPUT -d 10.2.0.0/1';
    const { traces } = await traced(SAVE.slice(0, SAVE.indexOf(last) + last.length));
    expect(traces[7]?.verdict.kind).toBe('undetermined');
  });
});

describe('trace of a save that lost a line', () => {
  it('leaves open what hangs on a policy that is not there', async () => {
    const { traces, incomplete } = await traced(SAVE.replace(/^:OUTPUT .*\n/m, ''));
    expect(incomplete).toBe(true);
    expect(traces[0]?.verdict).toEqual({ kind: 'redirect', port: 15006 });
    expect(traces[3]?.verdict).toEqual({ kind: 'redirect', port: 15001 });
    expect(traces[8]?.verdict.kind).toBe('undetermined');
  });

  it('goes on behind a rule that cannot be read, and leaves open what reaches it', async () => {
    const { traces, incomplete } = await traced(SAVE.replace('-d 10.2.0.0/16', '-d 10.2.0.0/99'));
    expect(incomplete).toBe(true);
    expect(traces[6]?.verdict).toEqual({ kind: 'accept' });
    expect(traces[7]?.verdict.kind).toBe('undetermined');
  });

  it('refuses where it is not known what was lost', async () => {
    await expect(traced(SAVE.replace('-A ISTIO_OUTPUT', '-D ISTIO_OUTPUT'))).rejects.toThrow(CannotLook);
  });
});
