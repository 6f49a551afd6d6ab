import type { Outside } from '../collect/outside.ts';
import type { DiffAnswer } from '../diagnose/differences.ts';
import { compared } from '../diagnose/differences.ts';
import { marksThatMatter, type WatchedMark, watchedMarks } from '../evaluate/symbolic/watched.ts';
import { expectationOf, layersOf } from '../expect/index.ts';
import type { Declared } from '../expect/layers.ts';
import { NOTHING_DECLARED } from '../expect/layers.ts';
import { nowAndBefore, podAndLayout, type Sides } from '../expect/sides.ts';
import { expectedRouting } from '../layout/index.ts';
import type { RoutingRule } from '../model/routing.ts';
import type { Facts } from '../observe/facts.ts';
import { declaredInputs } from './config.ts';
import { gatherFacts } from './facts.ts';
import { inTime } from './in-time.ts';
import type { DiffRequest } from './requests.ts';

/**
 * Every class of packets that the rules treat differently than the expected layout, or than other rules.
 * @throws UsageError when an input is malformed
 * @throws CannotLook when a named file cannot be read
 */
export async function diff(request: DiffRequest, outside: Outside): Promise<DiffAnswer> {
  const declared =
    request.against === undefined
      ? await declaredInputs(request.config, outside, request.source.kind === 'example')
      : NOTHING_DECLARED;
  const facts = await gatherFacts(request.source, outside);
  const before = request.against === undefined ? null : await gatherFacts(request.against, outside);
  return inTime(facts, () => {
    const { other, sides } = before === null ? againstLayout(declared, facts) : againstRules(facts, before);
    return { source: facts.source, other, ...compared(sides, request.traces) };
  });
}

type Opponent = Pick<DiffAnswer, 'other'> & { readonly sides: Sides };

function againstLayout(declared: Declared, facts: Facts): Opponent {
  const { resolved, judged, expected } = expectationOf(layersOf(declared, facts), facts);
  const watched = [...watchedMarks(expected), ...marksOfRouting(expectedRouting(resolved.config).rules)];
  return { other: { kind: 'layout', config: judged }, sides: podAndLayout(facts.pod, expected, watched) };
}

function againstRules(now: Facts, before: Facts): Opponent {
  const seen = marksThatMatter(now.pod.ruleset, before.pod.ruleset);
  const watched = [...seen, ...marksOfRouting(now.pod.routing?.rules ?? [])];
  const files = before.source.kind === 'rules' ? before.source.files : [];
  return { other: { kind: 'rules', files }, sides: nowAndBefore(now.pod, before.pod, watched) };
}

function marksOfRouting(rules: readonly RoutingRule[]): WatchedMark[] {
  return rules.flatMap(({ mark }) => (mark ? [{ field: 'mark', ...mark } as const] : []));
}
