import type { Gap } from '../model/pod.ts';
import { type Chain, type Hook, IPTABLES_TABLES, type Rule, type Ruleset, type Table } from '../model/ruleset.ts';

/**
 * The ruleset with a rule in each gap that may or may not match and may do anything: a packet whose verdict could depend
 * on what was lost gets none, and its trace says where that is.
 */
export function withGaps({ tables }: Ruleset, gaps: readonly Gap[]): Ruleset {
  if (gaps.length === 0) return { tables };
  return {
    tables: tables.map((table) =>
      gaps.filter((gap) => gap.table === table).reduce<Table>((before, gap) => withGap(before, gap), table),
    ),
  };
}

function withGap(table: Table, gap: Gap): Table {
  const known = table.chains.some(({ name }) => name === gap.chain);
  const chains = known ? table.chains : [...table.chains, unseenChain(table, gap.chain)];
  return { ...table, chains: chains.map((chain) => (chain.name === gap.chain ? fill(chain, gap) : chain)) };
}

function fill(chain: Chain, gap: Gap): Chain {
  const at = Math.max(0, gap.position - 1);
  return { ...chain, rules: [...chain.rules.slice(0, at), lostRule(gap), ...chain.rules.slice(at)] };
}

function lostRule({ position, source, line }: Gap): Rule {
  const raw = `rules lost at line ${line} of ${source}`;
  const unknown = { kind: 'unknown', raw } as const;
  return { index: position, matches: [unknown], targets: [unknown], origin: { source, line }, text: `(${raw})` };
}

/** A built-in chain of which nothing is left; what its policy is, the rule in the gap leaves open as well. */
function unseenChain(table: Table, name: string): Chain {
  const place = IPTABLES_TABLES[table.name]?.[name as Hook];
  return {
    name,
    rules: [],
    ...(place === undefined ? {} : { base: { ...place, hook: name as Hook, policy: 'accept' } }),
  };
}
