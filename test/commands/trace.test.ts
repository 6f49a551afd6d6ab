import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Trace } from '../../src/commands/trace.ts';
import { CannotLook } from '../../src/model/errors.ts';
import type { PacketError, TraceReport } from '../../src/model/trace.ts';
import { TRACE, TRACE_JSON } from '../report/sample.ts';
import { run } from './run.ts';

const { gather, trace, traceLines } = vi.hoisted(() => ({ gather: vi.fn(), trace: vi.fn(), traceLines: vi.fn() }));
vi.mock('../../src/cli/gather.ts', () => ({ gather }));
vi.mock('../../src/pipeline/trace.ts', () => ({ trace, traceLines }));

const PACKET = ['--hook', 'OUTPUT', '--source', '10.0.0.5', '--destination', '10.1.2.3', '--destination-port', '80'];
/** Nothing of it is looked at here. */
/** A pod of which nothing is known but that it is there. */
const FACTS = { pod: { routing: null, sockets: null } };
const OPEN: TraceReport = { packet: TRACE.packet, verdict: { kind: 'undetermined', because: 'no rules' } };
const MALFORMED: PacketError = { error: 'not a JSON document', line: 2 };

function answer(
  traces: readonly (TraceReport | PacketError)[],
  notes: readonly string[] = [],
  incomplete = false,
): void {
  trace.mockReturnValue({ traces, notes, incomplete });
  traceLines.mockReturnValue({ traces: stream(traces), notes, incomplete });
}

async function* stream<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
  yield items;
}

beforeEach(() => {
  trace.mockReset();
  gather.mockReset();
  gather.mockResolvedValue({ facts: FACTS });
  answer([TRACE]);
});

describe('trace of rules of which a part was lost', () => {
  it('exits 3 even when all verdicts are certain', async () => {
    answer([TRACE], [], true);
    expect((await run(Trace, PACKET)).exitCode).toBe(3);
  });
});

describe('trace of one packet', () => {
  it('asks for the packet of the flags', async () => {
    await run(Trace, [...PACKET, '--uid', '1000', '--verdict-only']);
    expect(gather.mock.lastCall?.[0]).toEqual({ source: { kind: 'live' } });
    const packet = {
      family: 'ipv4',
      hook: 'OUTPUT',
      protocol: 'tcp',
      source: '10.0.0.5',
      destination: '10.1.2.3',
      destinationPort: 80,
      uid: 1000,
    };
    expect(trace).toHaveBeenCalledWith(FACTS, [packet], { verdictOnly: true });
  });

  it('lets --family say what the rules are about, too', async () => {
    await run(Trace, [...PACKET, '--family', 'ipv4', '--rules', 'x']);
    expect(gather.mock.lastCall?.[0].source).toEqual({ kind: 'rules', files: ['x'], family: 'ipv4' });
    expect((await run(Trace, [...PACKET, '--family', 'ipv4'])).exitCode).toBe(0);
  });

  it('prints a table for people and a document for programs', async () => {
    expect((await run(Trace, PACKET)).stdout).toContain('Verdict  redirected to port 15006');
    answer([TRACE]);
    expect(JSON.parse((await run(Trace, [...PACKET, '--json'])).stdout)).toEqual(TRACE_JSON);
  });

  it('is undetermined when the verdict is, in every format', async () => {
    for (const format of [[], ['--json']]) {
      answer([OPEN]);
      expect((await run(Trace, [...PACKET, ...format])).exitCode).toBe(3);
    }
  });

  it('names the flag that is wrong', async () => {
    const outcome = await run(Trace, [...PACKET, '--source-port', 'http']);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain('--source-port must be a whole number from 0 to 65535, not "http"');
    expect(gather).not.toHaveBeenCalled();
  });

  it('cannot look, in every format', async () => {
    trace.mockImplementation(() => {
      throw new CannotLook('the rules could not be read', { code: 'NAT1001' });
    });
    expect(await run(Trace, PACKET)).toMatchObject({ exitCode: 3, stdout: '' });
    const { stdout, exitCode } = await run(Trace, [...PACKET, '--json']);
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ error: { kind: 'cannot-look', code: 'NAT1001' } });
  });

  it('says on stderr what was not understood', async () => {
    answer([TRACE], ['pod.rules:3 was not understood']);
    const outcome = await run(Trace, [...PACKET, '--json']);
    expect(outcome.stderr).toContain('pod.rules:3 was not understood');
    expect(JSON.parse(outcome.stdout)).toEqual(TRACE_JSON);
  });
});

describe('trace of many packets', () => {
  const MANY = ['--packets', 'packets.jsonl'];

  it('prints one line for each, in order, whatever format is asked for', async () => {
    for (const format of [[], ['--json'], ['-o', 'table']]) {
      answer([TRACE, MALFORMED, OPEN]);
      const { stdout } = await run(Trace, [...MANY, ...format]);
      const lines = stdout.trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line))).toEqual([TRACE_JSON, MALFORMED, OPEN]);
    }
  });

  it.each([
    ['certain verdicts', [TRACE, TRACE], 0],
    ['no packets', [], 0],
    ['an open verdict', [TRACE, OPEN], 3],
    ['a malformed line', [TRACE, MALFORMED], 2],
    ['a malformed line and an open verdict', [OPEN, MALFORMED, TRACE], 2],
  ])('ends with its own exit code after %s', async (_, traces, exitCode) => {
    answer(traces);
    expect((await run(Trace, MANY)).exitCode).toBe(exitCode);
  });

  it('refuses flags of a packet next to a file', async () => {
    const outcome = await run(Trace, [...MANY, '--uid', '0']);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain('--uid and --packets contradict each other');
  });
});
