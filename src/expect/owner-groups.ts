import type { ResolveGroup } from '../layout/index.ts';
import type { Config } from '../model/config.ts';
import type { MatchOf } from '../model/match.ts';
import type { Rule, Ruleset } from '../model/ruleset.ts';

/**
 * Names of owner groups were turned into gids by the machine that programmed the rules, whose /etc/group nobody has
 * here. The rule that Istio wrote for the list shows them: it has one gid for each name, in the order of the list.
 */
export function groupsFromRules(live: Ruleset, config: Config): ResolveGroup {
  const known = new Map<string, number>();
  const rules = live.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules));
  const list = config.ownerGroupsInclude === '*' ? config.ownerGroupsExclude : config.ownerGroupsInclude;
  const rows = config.ownerGroupsInclude === '*' ? excludedRows(rules, config) : rules.map(includedGids);
  const row = rows.find((gids) => fits(gids, list));
  for (const [position, name] of list.entries()) {
    const gid = row?.[position];
    if (gid !== undefined) known.set(name, gid);
  }
  return (name) => known.get(name) ?? null;
}

/** Whether a row of gids can stand for the list: as long, and equal where the list has numbers. */
function fits(gids: readonly number[], list: readonly string[]): boolean {
  if (gids.length === 0 || gids.length !== list.length) return false;
  return list.every((name, i) => !/^[0-9]+$/.test(name) || Number(name) === gids[i]);
}

/** The gids of `! --gid-owner a ! --gid-owner b … RETURN`. */
function includedGids(rule: Rule): number[] {
  const owners = rule.matches.filter((match): match is MatchOf<'owner'> => match.kind === 'owner');
  if (owners.length !== rule.matches.length || rule.targets[0]?.kind !== 'return') return [];
  const gids = owners.flatMap(({ gid }) => (gid?.negated ? [gid.value.from] : []));
  return gids.length === owners.length ? gids : [];
}

/** The gids of the plain `--gid-owner g RETURN` rules that are not the proxy's, each run of them. */
function excludedRows(rules: readonly Rule[], config: Config): number[][] {
  const runs: number[][] = [[]];
  for (const rule of rules) {
    const [match] = rule.matches;
    const plain = rule.matches.length === 1 && match?.kind === 'owner' && !match.uid && match.gid?.negated === false;
    const gid = plain && rule.targets[0]?.kind === 'return' ? match.gid?.value.from : undefined;
    if (gid !== undefined && !config.proxyGid.includes(gid)) runs.at(-1)?.push(gid);
    else if ((runs.at(-1)?.length ?? 0) > 0) runs.push([]);
  }
  return runs;
}
