import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Table } from '../../../model/ruleset.ts';

/** What the only rule of a text says, if all of it is understood; null otherwise. */
export function meaningOfOnlyRule(parsed: {
  readonly tables: readonly Table[];
  readonly diagnostics: readonly Diagnostic[];
}): string | null {
  if (parsed.diagnostics.some(({ severity }) => severity === 'error')) return null;
  const [rule, ...more] = parsed.tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules));
  if (rule === undefined || more.length > 0) return null;
  // In brackets stands what a listing does not show of any rule.
  const matches = rule.matches.filter((match) => match.kind !== 'unknown' || !match.raw.startsWith('['));
  if ([...matches, ...rule.targets].some(({ kind }) => kind === 'unknown')) return null;
  return JSON.stringify([matches, rule.targets], (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  );
}
