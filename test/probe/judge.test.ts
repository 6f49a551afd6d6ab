import { describe, expect, it } from 'vitest';
import type { Ending } from '../../src/collect/attempt/attempt.ts';
import type { Packet, Verdict } from '../../src/model/packet.ts';
import { judge, judgeValidation } from '../../src/probe/judge.ts';
import type { Path, ProbeResult } from '../../src/probe/types.ts';

const PROXY: Verdict = { kind: 'redirect', port: 15001 };
const ACCEPT: Verdict = { kind: 'accept' };
const NOBODY: Path = { kind: 'nobody' };
const on = (port: number): Path => ({ kind: 'port', port });

interface Case {
  readonly expected: Verdict;
  readonly path: Path;
  readonly ending?: Ending;
  readonly predicted?: Verdict | null;
  readonly protocol?: 'tcp' | 'udp';
  readonly listens?: boolean | null;
  readonly awaited?: boolean | null;
  readonly outInterface?: string;
}

function outcome({ expected, path, ending = 'connected', protocol = 'tcp', ...seen }: Case) {
  const { predicted = null, listens = true, awaited = null, outInterface = 'eth0' } = seen;
  const packet: Packet & { protocol: 'tcp' | 'udp'; destinationPort: number } = {
    ...{ family: 'ipv4', hook: 'OUTPUT', protocol, source: '10.0.0.5' },
    ...{ destination: '192.0.2.1', destinationPort: 80, outInterface },
  };
  const probe = { purpose: 'outbound', packet } as const;
  return judge({ probe, ending, path, expected, predicted, listens: () => listens, awaited }).outcome;
}

describe('judge', () => {
  it.each<[string, Case, string]>([
    ['took the proxy’s port', { expected: PROXY, path: on(15001) }, 'pass'],
    ['took another port', { expected: PROXY, path: on(15006) }, 'fail'],
    ['answered outside though captured', { expected: PROXY, path: { kind: 'outside' } }, 'fail'],
    ['no answer though captured', { expected: PROXY, path: NOBODY, ending: 'timed-out' }, 'fail'],
    ['refused though captured', { expected: PROXY, path: NOBODY, ending: 'refused', listens: false }, 'fail'],
    ['captured though exempt', { expected: ACCEPT, path: on(15001) }, 'fail'],
    ['straight to the socket', { expected: ACCEPT, path: on(80) }, 'pass'],
    ['answered outside', { expected: ACCEPT, path: { kind: 'outside' } }, 'pass'],
    ['nobody there', { expected: ACCEPT, path: NOBODY, ending: 'timed-out' }, 'pass'],
    [
      'dropped by the rules',
      { expected: ACCEPT, path: NOBODY, ending: 'timed-out', predicted: { kind: 'drop' } },
      'fail',
    ],
    [
      'sent to a port without listener',
      { expected: ACCEPT, path: NOBODY, ending: 'refused', predicted: PROXY },
      'fail',
    ],
    ['refused where one listens', { expected: ACCEPT, path: NOBODY, ending: 'refused', awaited: true }, 'fail'],
    [
      'refused where none listens',
      { expected: ACCEPT, path: NOBODY, ending: 'refused', awaited: false },
      'undetermined',
    ],
    ['silence within the pod', { expected: ACCEPT, path: NOBODY, ending: 'timed-out', outInterface: 'lo' }, 'fail'],
    ['forbidden by a rule', { expected: ACCEPT, path: NOBODY, ending: 'forbidden' }, 'fail'],
    ['no route', { expected: PROXY, path: NOBODY, ending: 'no-route' }, 'undetermined'],
    ['not that user', { expected: PROXY, path: NOBODY, ending: 'not-allowed' }, 'undetermined'],
    ['refused where it should be', { expected: { kind: 'drop' }, path: NOBODY, ending: 'timed-out' }, 'pass'],
    ['taken where it should be refused', { expected: { kind: 'drop' }, path: on(80) }, 'fail'],
  ])('tcp, %s', (_, observation, answer) => {
    expect(outcome(observation)).toBe(answer);
  });

  const UNSEEN: Path = { kind: 'unseen' };
  it.each<[string, Omit<Case, 'protocol'>, string]>([
    ['answer, captured by the rules', { expected: PROXY, path: UNSEEN, ending: 'answered', predicted: PROXY }, 'pass'],
    [
      'answer, not captured by the rules',
      { expected: PROXY, path: UNSEEN, ending: 'answered', predicted: ACCEPT },
      'fail',
    ],
    ['answer, no rules', { expected: PROXY, path: UNSEEN, ending: 'answered' }, 'undetermined'],
    [
      'silence, captured by the rules',
      { expected: PROXY, path: NOBODY, ending: 'timed-out', predicted: PROXY },
      'undetermined',
    ],
    [
      'silence, not captured by the rules',
      { expected: PROXY, path: NOBODY, ending: 'timed-out', predicted: ACCEPT },
      'fail',
    ],
    [
      'silence, exempt by the rules',
      { expected: ACCEPT, path: NOBODY, ending: 'timed-out', predicted: ACCEPT },
      'pass',
    ],
    ['silence, no rules', { expected: ACCEPT, path: NOBODY, ending: 'timed-out' }, 'undetermined'],
  ])('udp shows less: %s', (_, observation, answer) => {
    expect(outcome({ ...observation, protocol: 'udp' })).toBe(answer);
  });
});

describe('what istio-validation would find', () => {
  function validation(ending: Ending, outcome: ProbeResult['outcome'], predicted: Verdict | null, path: Path = NOBODY) {
    const packet: ProbeResult['packet'] = {
      ...{ family: 'ipv4', hook: 'OUTPUT', protocol: 'tcp', source: '127.0.0.1' },
      ...{ destination: '127.0.0.6', destinationPort: 15002 },
    };
    const sent = { ending, durationMs: 1, path };
    const probe = { purpose: 'validation', role: 'proxy', owner: { uid: 1337, gid: 1337 }, packet, predicted } as const;
    return judgeValidation([{ ...probe, expected: PROXY, rule: null, sent, outcome, message: '' }])?.outcome;
  }

  it.each<[string, ReturnType<typeof validation>, string]>([
    ['it was caught', validation('connected', 'pass', null, on(15006)), 'pass'],
    ['the rules catch it and nobody listens', validation('refused', 'fail', PROXY), 'pass'],
    ['the rules let it go', validation('refused', 'fail', ACCEPT), 'fail'],
    ['nobody listens and the rules cannot be read', validation('refused', 'fail', null), 'undetermined'],
    [
      'it could not be sent and the rules cannot be read',
      validation('not-allowed', 'undetermined', null),
      'undetermined',
    ],
    ['it was dropped and the rules cannot be read', validation('timed-out', 'fail', null), 'fail'],
    ['another port took it', validation('connected', 'fail', null, on(15002)), 'fail'],
  ])('%s', (_, answer, expected) => {
    expect(answer).toBe(expected);
  });
});
