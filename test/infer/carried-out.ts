import type { CheckReport } from '../../src/model/report.ts';
import { type RuleReference, type Ruleset, rulesOf } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { ruleIdentity } from '../../src/rules/canonical.ts';

const COMMAND = /^In the pod: (ip6?tables)\S* -t (\S+) -([DI]) (\S+) ?(.*)$/;

/** How often each rule is there (by its identity) when all commands of a report have been run in their order. */
export function carriedOut(live: Ruleset, { findings }: Pick<CheckReport, 'findings'>): Map<string, number> {
  const chains = new Map<string, string[]>();
  for (const where of rulesOf(live)) rulesIn(chains, placeOf(where)).push(ruleIdentity(where));
  for (const line of findings.flatMap(({ remedy = '' }) => remedy.split('\n'))) {
    if (!line.startsWith('In the pod: ')) continue;
    const [, tool, table = '', option, chain = '', rest = ''] = COMMAND.exec(line) ?? [];
    const family = tool === 'ip6tables' ? 'ipv6' : 'ipv4';
    const [, position, spec = position === undefined ? rest : ''] = /^(\d+)(?:$| (.*)$)/.exec(rest) ?? [];
    const rules = rulesIn(chains, `${family} ${table} ${chain}`);
    const named = spec === '' ? null : identityOf(family, table, `-A ${chain} ${spec}`);
    const at = position === undefined ? rules.indexOf(named ?? '') : Number(position) - 1;
    if (at < 0 || at > rules.length || (option === 'D' && at === rules.length)) throw new Error(`impossible: ${line}`);
    if (option === 'D') rules.splice(at, 1);
    else rules.splice(at, 0, named ?? '');
  }
  const counts = new Map<string, number>();
  for (const identity of [...chains.values()].flat()) counts.set(identity, (counts.get(identity) ?? 0) + 1);
  return counts;
}

function rulesIn(chains: Map<string, string[]>, place: string): string[] {
  const rules = chains.get(place) ?? [];
  chains.set(place, rules);
  return rules;
}

function placeOf({ table, chain }: RuleReference): string {
  return `${table.family} ${table.name} ${chain.name}`;
}

function identityOf(family: 'ipv4' | 'ipv6', table: string, text: string): string {
  const { tables } = parseIptables(`*${table}\n${text}\nCOMMIT\n`, { source: 'command', family });
  const [where] = rulesOf({ tables });
  if (where === undefined) throw new Error(`no rule: ${text}`);
  return ruleIdentity(where);
}
