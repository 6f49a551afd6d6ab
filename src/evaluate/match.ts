import { contains } from '../model/address.ts';
import {
  type ConntrackStateName,
  type Match,
  type MatchOf,
  type Negatable,
  type OwnerMatch,
  PORTS_PROTOCOLS,
  type PortRange,
  type PortsMatch,
} from '../model/match.ts';
import { hasPorts, protocolNumber, TCP } from '../model/protocol.ts';
import { addressTypeOutcome } from './address-type.ts';
import { isMerged } from './merged-ports.ts';
import { both, either, known, negateIf, type Outcome } from './outcome.ts';
import type { Semantics } from './semantics.ts';
import type { State } from './state.ts';

/** Whether one match holds for the packet as it is now. */
export function matchOutcome(match: Match, state: State, semantics: Semantics): Outcome {
  switch (match.kind) {
    case 'source':
    case 'destination':
      return addressOutcome(match, state);
    case 'in-interface':
      return known(interfaceMatches(match.name, state.inInterface) !== match.negated);
    case 'out-interface':
      return known(interfaceMatches(match.name, state.outInterface) !== match.negated);
    case 'protocol':
      return known((match.protocol === 0 || match.protocol === state.protocol) !== match.negated);
    case 'fragment':
      return known(match.negated);
    case 'tcp':
    case 'udp':
    case 'sctp':
    case 'dccp':
    case 'udplite':
      return portsMatchOutcome(match, state, semantics);
    case 'multiport':
      return negateIf(match.negated, multiportOutcome(match, state));
    case 'owner':
      return ownerOutcome(match, state, semantics);
    case 'mark':
      return known(((state.mark & match.mask) >>> 0 === match.value) !== match.negated);
    case 'connmark':
      return connmarkOutcome(match, state, semantics);
    case 'conntrack':
    case 'state':
      return conntrackOutcome(match, state);
    case 'comment':
      return 'match';
    case 'iprange':
      return both(rangeOutcome(match.source, state.source), rangeOutcome(match.destination, state.destination));
    case 'addrtype':
      return addressTypeOutcome(match, state, semantics);
    case 'opaque':
      return opaqueOutcome(match, state);
    case 'unknown':
      return 'undetermined';
  }
}

/** An address of the other family never matches, negated or not: the header it names is not there. */
function addressOutcome(match: MatchOf<'source' | 'destination'>, state: State): Outcome {
  if (match.network.family !== state.family) return 'no-match';
  const address = match.kind === 'source' ? state.source : state.destination;
  return known(contains(match.network, address) !== match.negated);
}

/** Interface names compare whole, or as a prefix before a trailing `+` (xt and iptables-nft alike). */
export function interfaceMatches(pattern: string, name: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function portsMatchOutcome(match: PortsMatch, state: State, semantics: Semantics): Outcome {
  // xt leaves the protocol to -p. `! -p udp -m udp --dport 53` loads in iptables-nft and then compares whatever
  // stands where the port would be, so other protocols with ports compare theirs (seen on 6.18).
  if (semantics === 'nft' && state.protocol !== PORTS_PROTOCOLS[match.kind]) return 'no-match';
  let outcome: Outcome = match.rest && match.rest.length > 0 ? 'undetermined' : 'match';
  outcome = both(outcome, portsOutcome(match, state, semantics));
  if (match.flags) outcome = both(outcome, flagsOutcome(match, state));
  return outcome;
}

function portsOutcome(match: PortsMatch, state: State, semantics: Semantics): Outcome {
  const source = match.sourcePort ? portOutcome(match.sourcePort, state.sourcePort) : 'match';
  const destination = match.destinationPort ? portOutcome(match.destinationPort, state.destinationPort) : 'match';
  if (!isMerged(match, semantics)) return both(source, destination);
  return source === destination ? source : 'undetermined';
}

function portOutcome(condition: Negatable<readonly PortRange[]>, port: number | null): Outcome {
  if (port === null) return 'undetermined';
  return known(inRanges(condition.value, port) !== condition.negated);
}

/** Whether a port lies in one of the ranges. */
export function inRanges(ranges: readonly PortRange[], port: number): boolean {
  return ranges.some((range) => port >= range.from && port <= range.to);
}

/** The first packet of a TCP connection is a plain SYN; of later ones the flags are not known. */
function flagsOutcome(match: PortsMatch, state: State): Outcome {
  if (!match.flags) return 'match';
  if (state.protocol !== TCP || state.ctState !== 'NEW') return 'undetermined';
  const { mask, set } = match.flags.value;
  const masked = mask.includes('SYN') ? ['SYN'] : [];
  return known((masked.length === set.length && masked.every((flag) => set.includes(flag))) !== match.flags.negated);
}

function multiportOutcome(match: MatchOf<'multiport'>, state: State): Outcome {
  if (!hasPorts(state.protocol)) return 'no-match';
  const source = portOutcome({ negated: false, value: match.ports }, state.sourcePort);
  const destination = portOutcome({ negated: false, value: match.ports }, state.destinationPort);
  if (match.side === 'either') return either(source, destination);
  return match.side === 'source' ? source : destination;
}

/**
 * xt_owner (net/netfilter/xt_owner.c): without a socket the match holds exactly when every option given is inverted.
 * nft: `meta skuid` has no value then, and the rule is left, inverted or not.
 */
function ownerOutcome(match: OwnerMatch, state: State, semantics: Semantics): Outcome {
  const { owner } = state;
  if (owner === null) {
    const options = [match.uid, match.gid, match.socketExists].filter((option) => option !== undefined);
    return known(semantics !== 'nft' && options.length > 0 && options.every((option) => option.negated));
  }
  let outcome: Outcome = match.socketExists ? known(!match.socketExists.negated) : 'match';
  if (match.uid) outcome = both(outcome, idOutcome(match.uid, owner.uid));
  if (match.gid) outcome = both(outcome, groupOutcome(match, owner.gid));
  return outcome;
}

function idOutcome(condition: Negatable<{ from: number; to: number }>, id: number | undefined): Outcome {
  if (id === undefined) return 'undetermined';
  return known((id >= condition.value.from && id <= condition.value.to) !== condition.negated);
}

/** With --suppl-groups a group that is not the effective one may still be a supplementary one. */
function groupOutcome(match: OwnerMatch, gid: number | undefined): Outcome {
  if (!match.gid) return 'match';
  const plain = idOutcome({ ...match.gid, negated: false }, gid);
  const withSupplementary = match.supplementaryGroups && plain === 'no-match' ? 'undetermined' : plain;
  return negateIf(match.gid.negated, withSupplementary);
}

/** Without a connection a connmark match fails, inverted or not (xt_connmark.c, nft_ct.c). */
function connmarkOutcome(match: MatchOf<'mark' | 'connmark'>, state: State, semantics: Semantics): Outcome {
  const connmark = visibleConnmark(state, semantics);
  if (connmark === null) return 'no-match';
  return known(((connmark & match.mask) >>> 0 === match.value) !== match.negated);
}

/**
 * The connmark that rules see now: null without a connection. The template of a CT target has one for xt, 0 (what
 * CONNMARK may write into a template is not followed), and none for nft.
 */
export function visibleConnmark(state: State, semantics: Semantics): number | null {
  if (state.conntrack === 'template') return semantics === 'nft' ? null : 0;
  return hasConnection(state) ? state.connmark : null;
}

/** Whether a connection (not a template) is attached to the packet. */
export function hasConnection(state: State): boolean {
  return state.conntrack === 'attached' && state.ctState !== 'INVALID' && state.ctState !== 'UNTRACKED';
}

function conntrackOutcome(match: MatchOf<'conntrack' | 'state'>, state: State): Outcome {
  const rest = match.kind === 'conntrack' && match.rest && match.rest.length > 0 ? 'undetermined' : 'match';
  if (!match.states) return rest;
  return both(rest, negateIf(match.states.negated, statesOutcome(match.states.value, state)));
}

function statesOutcome(states: readonly ConntrackStateName[], state: State): Outcome {
  const current = visibleState(state);
  if ((states as readonly string[]).includes(current)) return 'match';
  // SNAT and DNAT are properties of the connection; of one that exists already we do not know them.
  const asksNat = states.includes('DNAT') || states.includes('SNAT');
  if (!asksNat || !hasConnection(state)) return 'no-match';
  if (states.includes('DNAT') && state.nat !== null) return 'match';
  return state.ctState === 'NEW' ? 'no-match' : 'undetermined';
}

/** The state that `--ctstate` sees: before connection tracking everything is INVALID, a template counts as NEW. */
function visibleState(state: State): string {
  switch (state.conntrack) {
    case 'none':
      return 'INVALID';
    case 'template':
      return 'NEW';
    case 'untracked':
      return 'UNTRACKED';
    case 'attached':
      return state.ctState;
  }
}

function rangeOutcome(condition: Negatable<{ from: bigint; to: bigint }> | undefined, address: bigint): Outcome {
  if (!condition) return 'match';
  return known((address >= condition.value.from && address <= condition.value.to) !== condition.negated);
}

/** What module name alone decides: ICMP types cannot match other protocols; the rest stays open. */
function opaqueOutcome(match: MatchOf<'opaque'>, state: State): Outcome {
  const protocol = { icmp: 'icmp', icmp6: 'icmpv6', ah: 'ah', esp: 'esp', mh: 'mh' }[match.module];
  if (protocol !== undefined && protocolNumber(protocol) !== state.protocol) return 'no-match';
  return 'undetermined';
}
