import type { Outside } from '../../../../src/collect/outside.ts';
import type { CheckReport } from '../../../../src/model/report.ts';
import { check } from '../../../asked.ts';
import type { Dice } from '../../symbolic/dice.ts';
import { acceptedBeside, DECLARED, type Declared, type Verdict } from '../truth.ts';
import { replayed } from './replay.ts';
import type { LivePod } from './sources.ts';
import { anyTaking, type Taking } from './takings.ts';

/** A look at a pod that gets less than there is. */
export interface Look {
  readonly pod: LivePod;
  readonly rights: string;
  readonly taking: Taking;
  readonly declared: Declared;
  readonly report: CheckReport;
  readonly accepted: ReadonlySet<Verdict>;
}

/** Looks at a pod with all rights; null where that leaves its verdict open. */
export async function wholeVerdict(pod: LivePod, declared: Declared): Promise<Verdict> {
  return (await looked(pod, 'all', declared, (outside) => outside)).verdict;
}

/** Looks at a pod with something taken away: fewer rights, tools or files. */
export async function anyLesserLook(pod: LivePod, dice: Dice): Promise<Look> {
  const rights = dice.pick(Object.keys(pod.captures));
  const declared = dice.pick(DECLARED);
  const nothing: Taking = { name: 'nothing', take: (outside) => outside };
  const taking = rights !== 'all' && dice.oneIn(3) ? nothing : anyTaking(dice);
  const report = await looked(pod, rights, declared, taking.take);
  const [same, informed] = [await wholeVerdict(pod, declared), await wholeVerdict(pod, 'everything')];
  return { pod, rights, taking, declared, report, accepted: acceptedBeside(same, informed) };
}

function looked(pod: LivePod, rights: string, declared: Declared, take: Taking['take']): Promise<CheckReport> {
  const capture = pod.captures[rights];
  if (capture === undefined) throw new Error(`nobody looked with the rights ${rights}`);
  const outside: Outside = take(replayed(capture, pod.configFile));
  const config = {
    ...(declared === 'everything' ? { configFile: 'config' } : {}),
    ...(declared === 'release' ? { istioVersion: pod.config.istioVersion } : {}),
    flags: {},
    env: {},
  };
  return check({ source: { kind: 'live' }, config, toolVersion: '0' }, outside);
}
