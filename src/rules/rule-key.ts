import type { Network } from '../model/address.ts';
import type { TableFamily } from '../model/family.ts';
import {
  isPortsMatch,
  type Match,
  type MatchOf,
  type Negatable,
  type PortRange,
  type PortsMatch,
} from '../model/match.ts';
import type { Rule } from '../model/ruleset.ts';
import type { Target } from '../model/target.ts';
import { goes } from '../model/target-effects.ts';

/**
 * A text that two rules share exactly when they say the same: the order of conditions, comments and conditions that
 * always hold do not count, nor what is in a named set at the moment.
 */
export function ruleKey(rule: Pick<Rule, 'matches' | 'written' | 'targets'>, family: TableFamily): string {
  const matches = (rule.written ?? rule.matches).map((match) => matchKey(match, family)).filter((key) => key !== '');
  return `${matches.sort().join(' ')} -> ${rule.targets.map(targetKey).join(' ')}`;
}

function matchKey(match: Match, family: TableFamily): string {
  if (isPortsMatch(match)) return portsKey(match);
  switch (match.kind) {
    case 'comment':
      return '';
    case 'source':
    case 'destination':
      // In an inet table all addresses of one family are a condition: that the packet is of the family.
      return family !== 'inet' && !match.negated && match.network.mask === 0n
        ? ''
        : sign(match.negated, match.kind, block(match.network));
    case 'in-interface':
    case 'out-interface':
      // Any interface, which iptables does not even print.
      return match.name === '+' && !match.negated ? '' : sign(match.negated, match.kind, match.name);
    case 'protocol':
      return match.protocol === 0 && !match.negated ? '' : sign(match.negated, 'protocol', String(match.protocol));
    case 'multiport':
      return sign(match.negated, `${match.side} ports`, ranges(match.ports));
    case 'mark':
    case 'connmark':
      return sign(match.negated, match.kind, `${match.value}/${match.mask}`);
    case 'conntrack':
    case 'state': {
      const rest = match.kind === 'conntrack' ? (match.rest ?? []) : [];
      return `${match.kind}${negatable(match.states, (states) => [...states].sort().join())}${rest.join(' ')}`;
    }
    default:
      return plainKey(match satisfies MatchOf<'owner' | 'fragment' | 'iprange' | 'addrtype' | 'opaque' | 'unknown'>);
  }
}

function portsKey(match: PortsMatch): string {
  const source = negatable(match.sourcePort, ranges);
  const destination = negatable(match.destinationPort, ranges);
  const flags = negatable(match.flags, ({ mask, set }) => `${mask}/${set}`);
  const rest = match.rest?.join(' ') ?? '';
  const all = `${source}>${destination}${flags}${rest}`;
  return all === '>' ? '' : `${match.kind}${all}`;
}

function targetKey(target: Target): string {
  return goes(target, 'calls') ? `${target.kind} ${target.chain}` : plainKey(target);
}

/** Keys of an object in a fixed order, so that who built it does not matter. */
function plainKey(value: Match | Target): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]);
}

function sign(negated: boolean, name: string, value: string): string {
  return `${negated ? '! ' : ''}${name} ${value}`;
}

function negatable<T>(condition: Negatable<T> | undefined, text: (value: T) => string): string {
  return condition === undefined ? '' : `${condition.negated ? '!' : '='}${text(condition.value)}`;
}

function block({ address, mask }: Network): string {
  return `${address.toString(16)}/${mask.toString(16)}`;
}

function ranges(ports: readonly PortRange[]): string {
  return ports.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join();
}
