import type { Match, MatchOf } from '../../model/match.ts';
import { protocolName } from '../../model/protocol.ts';
import type { Rule } from '../../model/ruleset.ts';
import type { Target } from '../../model/target.ts';
import { isFamilyOnly, printMatch } from './match.ts';
import { printTarget } from './target.ts';
import { quoted } from './values.ts';

/**
 * A rule as nft prints it, counters included if it has some. The model must be one of nftables (parsed or built): what
 * nftables cannot say (an opaque iptables module) comes out as the text it was read from.
 */
export function printNftRule(rule: Pick<Rule, 'matches' | 'written' | 'targets' | 'counters'>): string {
  const written = rule.written ?? rule.matches;
  const matches = written.filter((_, position) => !isImplied(written, position, rule.targets));
  const targets = rule.targets.flatMap(printTarget);
  const counter = rule.counters ? [`counter packets ${rule.counters.packets} bytes ${rule.counters.bytes}`] : [];
  const statements = [
    ...matches.flatMap((match, position) => printMatch(match, { matches, position })),
    ...targets.slice(0, -1),
    // Istio's rules count right before they decide, after the marks they set.
    ...counter,
    ...targets.slice(-1),
    ...rule.matches.filter((match) => match.kind === 'comment').map((match) => `comment ${quoted(match.text)}`),
  ];
  // A rule that says nothing is not a rule of nft; `continue` is the statement that does nothing.
  return statements.join(' ') || 'continue';
}

/** nft drops a protocol or family that a later header field (or the target's family) demands anyway. */
function isImplied(matches: readonly Match[], position: number, targets: readonly Target[]): boolean {
  const match = matches[position];
  const later = matches.slice(position + 1);
  if (match?.kind === 'protocol' && !match.negated) {
    return later.some((other) => demandsProtocol(other, protocolName(match.protocol)));
  }
  if (match?.kind !== 'source' || !isFamilyOnly(match)) return false;
  const { family } = match.network;
  const header = family === 'ipv4' ? 'ip' : 'ip6';
  return (
    later.some((other) => demandsFamily(other, family, header)) ||
    (later.every((other) => other.kind === 'comment') && targetFamily(targets[0]) === family)
  );
}

function demandsProtocol(match: Match, name: string): boolean {
  if (match.kind === 'opaque') return reads(match, name) || (name === 'ipv6-icmp' && reads(match, 'icmpv6'));
  return match.kind === name && (match.kind !== 'tcp' || Object.keys(match).length > 1);
}

/** Whether a match reads a field of a header: the first word names it, and in `ip saddr . tcp dport` one behind a dot. */
function reads({ module, args }: MatchOf<'opaque'>, header: string): boolean {
  return module === header || args.some((word, position) => word === header && args[position - 1] === '.');
}

function demandsFamily(match: Match, family: string, header: string): boolean {
  if (match.kind === 'source' || match.kind === 'destination') return match.network.family === family;
  return match.kind === 'iprange' || (match.kind === 'opaque' && reads(match, header));
}

function targetFamily(target: Target | undefined): string | null {
  if (target?.kind === 'dnat' || target?.kind === 'snat') return target.address?.family ?? null;
  if (target?.kind === 'tproxy') return target.family;
  if (target?.kind !== 'reject' || target.with === undefined) return null;
  if (target.with.startsWith('icmp ')) return 'ipv4';
  return target.with.startsWith('icmpv6 ') ? 'ipv6' : null;
}
