import { checkExitCode, diffExitCode } from '../../../src/cli/exit-code.ts';
import type { Outside } from '../../../src/collect/outside.ts';
import type { DiffDifference } from '../../../src/diagnose/differences.ts';
import type { FlowStep } from '../../../src/flow/types.ts';
import { CannotLook } from '../../../src/model/errors.ts';
import type { Packet, Verdict } from '../../../src/model/packet.ts';
import { check, diff, flow, trace } from '../../asked.ts';
import type { Names } from './case.ts';

/** What the program says about a pod and about some packets. */
export interface Answers {
  readonly exitCodes: { readonly check: number; readonly diff?: number; readonly flow?: number };
  /** What `check` found and left open, with the codes. */
  readonly found: readonly string[];
  /** One for each packet; undetermined where it could not look. */
  readonly verdicts: readonly Verdict[];
  /** Single packets that `check` and `diff` claim something about. */
  readonly witnesses: readonly Pick<DiffDifference, 'witness' | 'live'>[];
  /** What `flow` claims to happen at PREROUTING and OUTPUT. */
  readonly steps: readonly Required<Pick<FlowStep, 'packet' | 'verdict'>>[];
}

const SOURCE = { kind: 'live' } as const;
const CONFIG = { configFile: 'config.json', flags: {}, env: {} } as const;

/** Which commands are asked: all, or the two that say most for the time they take. */
export type Asked = 'all' | 'check and trace';

/** Asks the commands, each as its exit code and its report have it. The life that `flow` follows is one of a family. */
export async function answersAbout(
  outside: Outside,
  packets: readonly Packet[],
  names: Names,
  asked: Asked,
): Promise<Answers> {
  const report = await check({ source: SOURCE, config: CONFIG, toolVersion: '0' }, outside);
  const checked = {
    found: [...report.findings, ...report.undetermined].map(({ code, message }) => `${code} ${message}`),
    verdicts: await verdictsOf(outside, packets),
  };
  const exit = checkExitCode(report, 'error');
  const found = report.findings.flatMap(({ differences }) => differences);
  if (asked !== 'all') return { ...checked, exitCodes: { check: exit }, witnesses: found, steps: [] };
  const compared = await diff({ source: SOURCE, config: CONFIG, traces: false }, outside);
  const call = { family: names.family, address: names.far, port: 3306 };
  const lives = await flow({ source: SOURCE, config: CONFIG, port: 8080, uid: 1000, to: call }, outside);
  const { differences } = compared.report;
  return {
    ...checked,
    exitCodes: {
      check: exit,
      diff: diffExitCode(compared.report.equivalent),
      flow: diffExitCode(lives.report.intended),
    },
    witnesses: [...found, ...differences],
    steps: lives.report.journeys.flatMap(({ steps }) =>
      // behind OUTPUT the packet is shown as it left, and has no verdict of the taps' hooks any more
      steps.flatMap(({ hook, packet, verdict }) => (packet?.hook === hook && verdict ? [{ packet, verdict }] : [])),
    ),
  };
}

async function verdictsOf(outside: Outside, packets: readonly Packet[]): Promise<Verdict[]> {
  try {
    const { traces } = await trace({ source: SOURCE, verdictOnly: true, packets: { kind: 'file', file: '' } }, outside);
    const verdicts: Verdict[] = [];
    for await (const batch of traces) {
      for (const one of batch) if ('verdict' in one) verdicts.push(one.verdict);
    }
    if (verdicts.length !== packets.length) throw new Error(`${verdicts.length} verdicts, ${packets.length} packets`);
    return verdicts;
  } catch (error) {
    if (!(error instanceof CannotLook)) throw error;
    return packets.map(() => ({ kind: 'undetermined', because: error.message }));
  }
}
