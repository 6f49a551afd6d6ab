import type { Gap } from '../../model/pod.ts';
import { IPTABLES_TABLES } from '../../model/ruleset.ts';
import type { DraftChain, DraftTable } from './draft-table.ts';
import type { FinishedTable } from './finish.ts';
import { HOOKS } from './identify.ts';
import type { Reader } from './reader.ts';

/** Where rules, or the policy after them, may be missing in the tables that were read. */
export function gapsOf(reader: Reader, finished: readonly FinishedTable[]): Gap[] {
  const { source } = reader.options;
  return finished.flatMap(({ table, draft }) =>
    [...policyGaps(draft), ...cutGaps(draft, table.name)].map((place) => ({ table, source, ...place })),
  );
}

/**
 * Where rules may have been cut off at the end of a listing, though nothing shows that any were: from its last rule on,
 * because a listing shows the rules of one chain after another.
 */
export function endsOf(reader: Reader, finished: readonly FinishedTable[]): Gap[] {
  const { source } = reader.options;
  return finished.flatMap(({ table, draft }) => {
    const line = draft.openEnd;
    if (line === null) return [];
    const chains = [...draft.chains.values()];
    const last = draft.form === 'list' ? chains.length - 1 : chains.findLastIndex(({ rules }) => rules.length > 0);
    return chains.slice(Math.max(0, last)).map((chain) => ({ table, source, ...behindRules(chain, line) }));
  });
}

type Place = Pick<Gap, 'chain' | 'position' | 'line'>;

/** A built-in chain whose policy was lost ends in something unknown. */
function policyGaps({ form, restoreInput, chains }: DraftTable): Place[] {
  if (form !== 'save' || restoreInput) return [];
  return [...chains.values()].filter(hasLostPolicy).map((chain) => behindRules(chain, chain.line.number));
}

function hasLostPolicy({ name, declared, policyLost }: DraftChain): boolean {
  return policyLost || (!declared && HOOKS.includes(name));
}

/**
 * A save prints the rules of one chain after another, in the order in which it declared them: what was cut off belongs
 * to the chain of the last rule or to those after it. Before the first rule even chains may be missing.
 */
function cutGaps(draft: DraftTable, table: string): Place[] {
  const { cut } = draft;
  if (cut === null) return [];
  const chains = [...draft.chains.values()];
  const isWhole = (line: number | undefined) => line !== undefined && (line < cut.line || !cut.midLine);
  const last = chains.findLastIndex(({ declared, rules }) => declared && isWhole(rules[0]?.origin.line));
  const places = chains.slice(Math.max(0, last)).map((chain) => beforeCutRule(chain, cut));
  return last >= 0
    ? places
    : [...places, ...unseenHooks(draft, table).map((chain) => ({ chain, position: 1, line: cut.line }))];
}

/** A rule on the last line may have lost its end, and mean something else than what is left of it. */
function beforeCutRule(chain: DraftChain, { line, midLine }: NonNullable<DraftTable['cut']>): Place {
  const last = chain.rules.at(-1);
  return midLine && last?.origin.line === line
    ? { chain: chain.name, position: last.index, line }
    : behindRules(chain, line);
}

function behindRules({ name, rules }: DraftChain, line: number): Place {
  return { chain: name, position: rules.length + 1, line };
}

function unseenHooks({ chains }: DraftTable, table: string): string[] {
  const hooks = Object.hasOwn(IPTABLES_TABLES, table) ? IPTABLES_TABLES[table] : undefined;
  return Object.keys(hooks ?? {}).filter((name) => !chains.has(name));
}
