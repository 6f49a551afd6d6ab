import { formatAddress, formatNetwork, type Network } from '../model/address.ts';
import {
  type IdRange,
  isPortsMatch,
  type Match,
  type Negatable,
  type PortRange,
  type PortsMatch,
} from '../model/match.ts';
import { protocolName } from '../model/protocol.ts';
import { remembered } from '../model/remembered.ts';
import type { Rule } from '../model/ruleset.ts';
import type { Target } from '../model/target.ts';
import { matchOutcome } from './match.ts';
import { matchesOf } from './merged-ports.ts';
import type { Semantics } from './semantics.ts';
import type { State } from './state.ts';

/** What a rule does when it matches, in a few words. */
export function describeAction(rule: Rule): string {
  return rule.targets.map(describeTarget).join(', ') || 'continue';
}

function describeTarget(target: Target): string {
  switch (target.kind) {
    case 'accept':
    case 'drop':
    case 'return':
      return target.kind;
    case 'jump':
    case 'goto':
      return `${target.kind} ${target.chain}`;
    case 'redirect':
      return target.ports ? `redirect ${formatPorts(target.ports)}` : 'redirect';
    case 'dnat':
    case 'snat':
      return `${target.kind} ${natText(target)}`;
    case 'tproxy':
      return `tproxy ${target.port} mark ${maskedText(target.mark)}`;
    case 'mark':
      return `set mark ${maskedText(target)}`;
    case 'connmark-set':
      return `set connmark ${maskedText(target)}`;
    case 'connmark-save':
      return 'save mark to connmark';
    case 'connmark-restore':
      return 'restore mark from connmark';
    case 'ct':
      return target.notrack ? 'notrack' : `ct zone ${target.zone ?? 0}`;
    case 'masquerade':
      return 'masquerade';
    case 'reject':
      return target.with ? `reject with ${target.with}` : 'reject';
    case 'continue':
      return `${target.module}, continue`;
    case 'unknown':
      return `unknown target ${target.raw}`;
  }
}

function natText(target: Extract<Target, { kind: 'dnat' | 'snat' }>): string {
  const address = target.address ? formatAddress(target.address.family, target.address.from) : '';
  return target.ports ? `${address}:${formatPorts(target.ports)}` : address;
}

/** The condition that decided: the first that does not hold, else the first that is open, else all of them. */
export function describeOutcome(rule: Rule, state: State, semantics: Semantics): string {
  const matches = matchesOf(rule, semantics);
  let open: Match | null = null;
  for (const match of matches) {
    const outcome = matchOutcome(match, state, semantics);
    if (outcome === 'no-match') return describeMatch(match, state);
    if (outcome === 'undetermined') open ??= match;
  }
  if (open !== null) return `nothing known of the packet decides: ${describeMatch(open, state)}`;
  const holding = matches.map((match) => describeMatch(match, state)).filter((text) => text !== '');
  return holding.length > 0 ? holding.join('; ') : 'no conditions';
}

/** A trace repeats the same blocks for every packet. */
const networkText = remembered((network: Network) => formatNetwork(network));

/** The packet's value beside the rule's: `destination port 8080, rule wants 15008`. */
function describeMatch(match: Match, state: State): string {
  if (isPortsMatch(match)) return describePortsMatch(match, state);
  switch (match.kind) {
    case 'source':
    case 'destination': {
      const address = match.kind === 'source' ? state.source : state.destination;
      return wants(match.kind, formatAddress(state.family, address), match, networkText(match.network));
    }
    case 'in-interface':
      return wants('in-interface', state.inInterface || 'none', match, match.name);
    case 'out-interface':
      return wants('out-interface', state.outInterface || 'none', match, match.name);
    case 'protocol':
      return wants('protocol', protocolName(state.protocol), match, protocolName(match.protocol));
    case 'multiport':
      return wants('ports', portText(state.destinationPort), match, match.ports.map(formatPorts).join(','));
    case 'owner':
      return describeOwner(match, state);
    case 'mark':
      return wants('mark', hex(state.mark), match, maskedText(match));
    case 'connmark':
      return wants('connmark', hex(state.connmark), match, maskedText(match));
    case 'conntrack':
    case 'state':
      return match.states ? wants('state', state.ctState, match.states, match.states.value.join(',')) : match.kind;
    case 'fragment':
      return 'the packet is assumed not to be a fragment';
    case 'iprange':
      return 'address range';
    case 'addrtype':
      return 'address type';
    case 'comment':
      return '';
    case 'opaque':
      return `${match.module} ${match.args.join(' ')}`;
    case 'unknown':
      return `"${match.raw}" is not understood`;
  }
}

function describePortsMatch(match: PortsMatch, state: State): string {
  const parts: string[] = [];
  if (match.sourcePort) parts.push(portCondition('source port', state.sourcePort, match.sourcePort));
  if (match.destinationPort)
    parts.push(portCondition('destination port', state.destinationPort, match.destinationPort));
  if (match.flags) parts.push(`${match.kind} flags`);
  if (match.rest && match.rest.length > 0) parts.push(match.rest.join(' '));
  return parts.join('; ');
}

function portCondition(name: string, port: number | null, condition: Negatable<readonly PortRange[]>): string {
  return wants(name, portText(port), condition, condition.value.map(formatPorts).join(','));
}

function describeOwner(match: Extract<Match, { kind: 'owner' }>, state: State): string {
  if (state.owner === null) return 'the packet belongs to no socket';
  const parts: string[] = [];
  if (match.uid)
    parts.push(wants('uid', String(state.owner.uid ?? 'not given'), match.uid, formatIds(match.uid.value)));
  if (match.gid)
    parts.push(wants('gid', String(state.owner.gid ?? 'not given'), match.gid, formatIds(match.gid.value)));
  if (match.socketExists) parts.push('the packet belongs to a socket');
  return parts.join('; ');
}

function wants(field: string, actual: string, condition: { negated: boolean }, wanted: string): string {
  return `${field} is ${actual}, rule wants ${condition.negated ? 'not ' : ''}${wanted}`;
}

function portText(port: number | null): string {
  return port === null ? 'unknown' : String(port);
}

function formatPorts(range: PortRange): string {
  return range.from === range.to ? String(range.from) : `${range.from}:${range.to}`;
}

function formatIds(range: IdRange): string {
  return range.from === range.to ? String(range.from) : `${range.from}-${range.to}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function maskedText({ value, mask }: { value: number; mask: number }): string {
  return mask === 0xffffffff ? hex(value) : `${hex(value)}/${hex(mask)}`;
}
