import type { MatchOf } from '../../../model/match.ts';
import { bad, type MatchModule, type Option, type Trouble } from '../module.ts';
import { parseMarkAndMask } from '../values.ts';

/** `-m mark` and `-m connmark`: `(mark & mask) === value`; the value is not masked, as the kernel keeps it. */
export const MARK_MODULES: Readonly<Record<string, MatchModule>> = {
  mark: { options: { mark: 1 }, build: (options) => buildMark('mark', options) },
  connmark: { options: { mark: 1 }, build: (options) => buildMark('connmark', options) },
};

function buildMark(kind: 'mark' | 'connmark', options: readonly Option[]): MatchOf<'mark' | 'connmark'> | Trouble {
  const [option] = options;
  if (option === undefined) return { kind: 'trouble', severity: 'error', message: `-m ${kind} without --mark`, at: 0 };
  const mark = parseMarkAndMask(option.values[0] ?? '');
  return mark === null ? bad(option, 'a 32-bit number, or value/mask') : { kind, negated: option.negated, ...mark };
}
