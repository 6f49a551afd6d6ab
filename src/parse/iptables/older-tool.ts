import { DNS_PROXY_PORTS } from '../../istio/dns.ts';
import { hasIstioPrefix } from '../../istio/iptables-chains.ts';
import type { Rule } from '../../model/ruleset.ts';
import type { Lack } from '../../model/shown.ts';
import type { DraftTable } from './draft-table.ts';

const PORTLESS: ReadonlySet<string> = new Set(
  'protocol source destination in-interface out-interface owner mark'.split(' '),
);

/**
 * What iptables-nft before 1.8.8 leaves out, without a word, of rules that a newer one wrote: their ports and marks
 * (seen with 1.8.7). What is left is nothing that Istio writes: rules for ports one after the other that name none, or
 * all of a protocol sent to the DNS proxy.
 */
export function hiddenByOlderTool({ chains }: DraftTable): Pick<Lack, 'what' | 'instead'>[] {
  const own = [...chains.values()].filter(({ name }) => hasIstioPrefix(name));
  const first = own.flatMap(({ rules }) => rules.find(lacksPort) ?? [])[0];
  if (first === undefined) return [];
  const what = `line ${first.origin.line} names no port and no mark, as iptables before 1.8.8 shows rules that a newer one wrote`;
  return [{ what, instead: 'Give the output of `nft list ruleset`, or of the iptables that wrote the rules' }];
}

function lacksPort(rule: Rule, at: number, rules: readonly Rule[]): boolean {
  if (!rule.matches.every(({ kind }) => PORTLESS.has(kind))) return false;
  const [target] = rule.targets;
  if (target?.kind === 'redirect') return DNS_PROXY_PORTS.has(target.ports?.from ?? 0);
  const [protocol, ...others] = rule.matches;
  const isOfProtocol = protocol?.kind === 'protocol' && others.length === 0;
  return (target?.kind === 'return' || target?.kind === 'jump') && isOfProtocol && rules[at + 1]?.text === rule.text;
}
