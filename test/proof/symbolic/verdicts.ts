import type { Packet, Verdict } from '../../../src/model/packet.ts';
import type { Ruleset } from '../../../src/model/ruleset.ts';

/** A mark as somebody looks at it. */
interface Watched {
  readonly value: number;
  readonly mask: number;
}

/** The marks that the expected rules look at or hand to the routing; nobody sees others. */
export function watchedBy(expected: Ruleset, kind: 'mark' | 'connmark'): readonly Watched[] {
  const rules = expected.tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
  return rules.flatMap(({ matches, targets }) => [
    ...matches.flatMap((match) => (match.kind === kind ? [match] : [])),
    ...targets.flatMap((target) => (target.kind === 'tproxy' && kind === 'mark' ? [target.mark] : [])),
  ]);
}

/** Whether the rules name so few marks that a comparison takes milliseconds; combinations of masks multiply. */
export function namesFewMarks(ruleset: Ruleset): boolean {
  const rules = ruleset.tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
  const parts = rules.flatMap(({ matches, targets }) => [...matches, ...targets]);
  const marks = parts.flatMap((part) => ('mask' in part ? [`${part.value}/${part.mask}`] : []));
  const copies = parts.some(({ kind }) => kind === 'connmark-save' || kind === 'connmark-restore');
  return new Set(marks).size <= (copies ? 3 : 5);
}

/** Text that is equal for verdicts that nobody could tell apart. */
export function seen(packet: Packet, verdict: Verdict, watched: readonly Watched[]): string {
  const { mark = packet.mark ?? 0, ...rest } = verdict;
  const stopped = ['drop', 'reject'].includes(verdict.kind);
  // what is dropped leaves no mark and no connection
  if (stopped) return verdict.kind;
  return JSON.stringify([rest, watched.map(({ value, mask }) => (mark & mask) >>> 0 === value)]);
}
