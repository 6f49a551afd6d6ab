import { createTable, type DraftRule, type TableDraft } from '../../src/layout/draft.ts';
import { featuresFor } from '../../src/layout/eras.ts';
import { iptablesTables } from '../../src/layout/kernel-form.ts';
import { planFamily } from '../../src/layout/sidecar/plan.ts';
import { program } from '../../src/layout/sidecar/program.ts';
import { programScript, refuseIpv6 } from '../../src/layout/sidecar/script.ts';
import type { Config } from '../../src/model/config.ts';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import type { Ruleset } from '../../src/model/ruleset.ts';

const TABLES = ['raw', 'mangle', 'nat', 'filter'] as const;
type TableName = (typeof TABLES)[number];

/** A rule that Istio appends, or inserts at a position. */
export interface Command {
  readonly family: Family;
  readonly table: TableName;
  readonly chain: string;
  readonly position: number | null;
  readonly rule: DraftRule;
}

/** The rules of a sidecar's iptables layout, in the order in which Istio gives them: IPv4 first. */
export function commandsOf(config: Config): Command[] {
  const has = featuresFor(config.istioVersion);
  return FAMILIES.flatMap((family) => {
    const commands: Command[] = [];
    const plan = planFamily(config, family, has, { resolveGroup: () => null, dnsAgent: false });
    const noting = (table: TableName): TableDraft => ({
      ...plan[table],
      append: (chain, clauses, ...targets) => {
        commands.push({ family, table, chain, position: null, rule: { matches: clauses.flat(), targets } });
      },
      insert: (chain, position, clauses, ...targets) => {
        commands.push({ family, table, chain, position, rule: { matches: clauses.flat(), targets } });
      },
    });
    const drafts = { raw: noting('raw'), mangle: noting('mangle'), nat: noting('nat'), filter: noting('filter') };
    const noted = { ...plan, ...drafts, inbound: plan.tproxy ? drafts.mangle : drafts.nat };
    const isProgrammed = family === 'ipv4' || (config.enableIpv6 && has('ipv6-nat'));
    if (isProgrammed) (has('script') ? programScript : program)(noted);
    else if (has('script') && !config.enableIpv6) refuseIpv6(noted);
    return commands;
  });
}

/** The same as iptables-restore gets them: one table of a family after the other, each of which it takes as a whole. */
export function byTable(commands: readonly Command[]): Command[][] {
  return FAMILIES.flatMap((family) =>
    ['filter', 'mangle', 'nat', 'raw'].map((table) =>
      commands.filter((command) => command.family === family && command.table === table),
    ),
  ).filter((some) => some.length > 0);
}

/** What the kernel shows after these commands, given to it one after the other. */
export function programmedBy(commands: readonly Command[]): Ruleset {
  return {
    tables: FAMILIES.flatMap((family) => {
      const drafts = { raw: createTable(), mangle: createTable(), nat: createTable(), filter: createTable() };
      for (const { table, chain, position, rule } of commands.filter((command) => command.family === family)) {
        if (position === null) drafts[table].append(chain, rule.matches, ...rule.targets);
        else drafts[table].insert(chain, position, rule.matches, ...rule.targets);
      }
      return iptablesTables(family, drafts);
    }),
  };
}
