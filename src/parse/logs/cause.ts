import { hasIstioPrefix } from '../../istio/iptables-chains.ts';
import type { FailureCause } from '../../model/write-failure.ts';

/** What the kernel needs for tables, matches and targets that Istio uses, where its module has not the usual name. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  nat: ['iptable_nat', 'nft_chain_nat', 'nf_nat'],
  mangle: ['iptable_mangle'],
  raw: ['iptable_raw'],
  filter: ['iptable_filter'],
};
const TABLES_OF_IPV6: Readonly<Record<string, readonly string[]>> = {
  nat: ['ip6table_nat', 'nft_chain_nat', 'nf_nat'],
  mangle: ['ip6table_mangle'],
  raw: ['ip6table_raw'],
  filter: ['ip6table_filter'],
};
const EXTENSIONS: Readonly<Record<string, string>> = {
  REDIRECT: 'xt_REDIRECT',
  TPROXY: 'xt_TPROXY',
  CT: 'xt_CT',
  MARK: 'xt_mark',
  CONNMARK: 'xt_connmark',
  mark: 'xt_mark',
  connmark: 'xt_connmark',
  state: 'xt_conntrack',
  REJECT: 'ipt_REJECT',
};
const BUILT_IN: ReadonlySet<string> = new Set(['tcp', 'udp', 'icmp', 'ACCEPT', 'DROP', 'RETURN', 'QUEUE']);

/** What a tool says of rules that it could not write: its lines, and the rules of the text that they may be about. */
export interface Complaint {
  readonly said: string;
  readonly rules: readonly string[];
  readonly isIpv6: boolean;
}

/** The likely cause, and the kernel modules that it may be about. */
export interface Cause {
  readonly cause: FailureCause;
  readonly modules: readonly string[];
}

/** The likely cause of a failure, from the words of the tool. What they leave open is `unknown`. */
export function causeOf(complaint: Complaint): Cause {
  const { said, rules } = complaint;
  if (/chain already exists|file exists|CHAIN_(?:USER_)?ADD failed/i.test(said)) return only('exists');
  // Legacy iptables-restore names the line and no reason: only a chain that is there can stop it at -N.
  if (/line \d+ failed\s*$/m.test(said) && rules.length === 1 && /^-N\b/.test(rules[0] ?? '')) return only('exists');
  if (/you must be root|permission denied|operation not permitted/i.test(said)) return only('rights');
  if (/\block\b|xtables\.lock/i.test(said)) return only('lock');
  const table = /initialize (?:ip6?tables )?table [`'"]?(\w+)|table [`'"]?(\w+)'? does not exist/i.exec(said);
  if (table !== null) return { cause: 'table', modules: modulesOfTable(table[1] ?? table[2] ?? '', complaint) };
  const extension = /Extension (\w+) revision \d+ not supported/.exec(said)?.[1];
  if (extension !== undefined) return { cause: 'rule', modules: modulesOfExtension(extension) };
  const library = /Couldn't load (?:match|target) [`'"]?(\w+)/.exec(said)?.[1];
  if (library !== undefined) return { cause: 'library', modules: [`libxt_${library}`] };
  if (/not found|could not find|no loaded kernel support|no such file or directory.*exec|exec:/i.test(said)) {
    return only('tool');
  }
  if (/unknown option|bad argument|invalid (?:argument|port|mask) [`'"]|table name '|requires? |needs? -/i.test(said)) {
    return only('text');
  }
  if (/RULE_\w+ failed|could not process rule|line \d+ failed|no chain\/target\/match/i.test(said)) {
    return { cause: 'rule', modules: modulesOfRules(complaint) };
  }
  return only('unknown');
}

function only(cause: FailureCause): Cause {
  return { cause, modules: [] };
}

function modulesOfTable(table: string, { isIpv6 }: Complaint): readonly string[] {
  return (isIpv6 ? TABLES_OF_IPV6 : TABLES)[table] ?? [];
}

function modulesOfExtension(name: string): string[] {
  return BUILT_IN.has(name) || hasIstioPrefix(name) ? [] : [EXTENSIONS[name] ?? `xt_${name}`];
}

/** The extensions of the rules, of one chain where a chain is named; targets first, because they are what a table may lack. */
function modulesOfRules({ said, rules }: Complaint): string[] {
  const chain = /rule in chain ([\w-]+)/.exec(said)?.[1];
  const about = rules.filter((rule) => chain === undefined || rule.split(/\s+/)[1] === chain).join('\n');
  const named = (option: RegExp) => [...about.matchAll(option)].flatMap(([, name = '']) => modulesOfExtension(name));
  return [...new Set([...named(/\s-(?:j|-jump) ([\w-]{1,40})/g), ...named(/\s-(?:m|-match) ([\w-]{1,40})/g)])];
}
