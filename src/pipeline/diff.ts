import { compared, type DiffAnswer } from '../diagnose/differences.ts';
import { marksThatMatter, type WatchedMark, watchedMarks } from '../evaluate/symbolic/watched.ts';
import { expectationOf, layersOf } from '../expect/index.ts';
import type { Declared } from '../expect/layers.ts';
import { nowAndBefore, podAndLayout, type Sides } from '../expect/sides.ts';
import { expectedRouting } from '../layout/index.ts';
import type { RoutingRule } from '../model/routing.ts';
import type { Facts } from '../observe/facts.ts';
import { inTime } from './in-time.ts';

/** What rules are compared with: the layout of what was declared, or the rules of the same pod before. */
export type DiffAgainst = { readonly declared: Declared } | { readonly before: Facts };

/** What else `diff` is asked. */
export interface DiffOptions {
  /** Whether the ways of the witnesses are part of the answer. */
  readonly traces?: boolean;
}

/**
 * Every class of packets that the rules treat differently than the expected layout, or than other rules.
 * @throws UsageError when the inputs contradict each other
 * @throws CannotLook when the time is over before there is any answer
 */
export function diff(facts: Facts, against: DiffAgainst, { traces = false }: DiffOptions = {}): DiffAnswer {
  return inTime(facts, () => {
    const { other, sides } =
      'before' in against ? againstRules(facts, against.before) : againstLayout(against.declared, facts);
    return { source: facts.source, other, ...compared(sides, traces) };
  });
}

type Opponent = Pick<DiffAnswer, 'other'> & { readonly sides: Sides };

function againstLayout(declared: Declared, facts: Facts): Opponent {
  const { resolved, judged, releases, expected } = expectationOf(layersOf(declared, facts), facts);
  const watched = [...watchedMarks(expected), ...marksOfRouting(expectedRouting(resolved.config).rules)];
  return {
    other: { kind: 'layout', config: judged, ...(releases && { releases }) },
    sides: podAndLayout(facts.pod, expected, watched),
  };
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
