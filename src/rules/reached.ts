import type { Ruleset, Table } from '../model/ruleset.ts';
import type { Target } from '../model/target.ts';

/** Names of the chains that the given ones lead to by jump or goto, themselves included; chains may form loops. */
export function reachedChains(table: Table, from: readonly string[]): ReadonlySet<string> {
  const byName = new Map(table.chains.map((chain) => [chain.name, chain]));
  const reached = new Set<string>();
  const pending = [...from];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const targets = byName.get(name)?.rules.flatMap((rule) => rule.targets) ?? [];
    // One by one: a chain may jump to more others than the engine takes arguments.
    for (const target of targets) if (target.kind === 'jump' || target.kind === 'goto') pending.push(target.chain);
  }
  return reached;
}

/** Names of the chains that some hook leads to. */
export function chainsFromHooks(table: Table): ReadonlySet<string> {
  return reachedChains(
    table,
    table.chains.filter(({ base }) => base !== undefined).map(({ name }) => name),
  );
}

/** Whether some hook leads to a rule that gives packets to another port of this host: without one there is no proxy on any way. */
export function captures({ tables }: Ruleset): boolean {
  return tables.some((table) => {
    const reached = chainsFromHooks(table);
    const rules = table.chains.filter(({ name }) => reached.has(name)).flatMap((chain) => chain.rules);
    return rules.some(({ targets }) => targets.some(({ kind }) => TAKES.has(kind)));
  });
}

/** What may lead to a proxy; what cannot be read may as well. */
const TAKES: ReadonlySet<Target['kind']> = new Set(['redirect', 'tproxy', 'dnat', 'unknown']);
