import { formatAddress, formatNetwork } from '../../model/address.ts';
import {
  type ConntrackStateName,
  type IdRange,
  isPortsMatch,
  type Match,
  type MatchOf,
  type Negatable,
  type OwnerMatch,
  type PortsMatch,
} from '../../model/match.ts';
import { protocolName } from '../../model/protocol.ts';
import { printPortList, printPortsMatch } from './ports.ts';
import { joinArguments, quote } from './quote.ts';

const ALL_BITS = 0xffffffff;

/**
 * A match as the `-S` of iptables 1.8.9 prints it, `-m module` included. Empty for a match that holds for every packet
 * and that the kernel therefore does not print (`-p all`, `-s 0.0.0.0/0`, `-i +`).
 */
export function printMatch(match: Match): string {
  if (isPortsMatch(match)) return printPortsMatch(match);
  switch (match.kind) {
    case 'source':
    case 'destination':
      return printAddress(match);
    case 'in-interface':
    case 'out-interface':
      return printInterface(match);
    case 'protocol':
      return match.protocol === 0 && !match.negated ? '' : `${not(match)}-p ${protocolName(match.protocol)}`;
    case 'fragment':
      return `${not(match)}-f`;
    default:
      return printModule(match);
  }
}

type BaseKind = 'source' | 'destination' | 'in-interface' | 'out-interface' | 'protocol' | 'fragment';

function printModule(match: Exclude<Match, PortsMatch | { kind: BaseKind }>): string {
  switch (match.kind) {
    case 'multiport':
      return `-m multiport ${not(match)}--${SIDES[match.side]} ${printPortList(match.ports)}`;
    case 'owner':
      return printOwner(match);
    case 'mark':
    case 'connmark':
      return `-m ${match.kind} ${not(match)}--mark ${hex(match.value)}${match.mask === ALL_BITS ? '' : `/${hex(match.mask)}`}`;
    case 'conntrack':
      return joined('-m conntrack', states('--ctstate', match.states), joinArguments(match.rest ?? []));
    case 'state':
      return joined('-m state', states('--state', match.states));
    case 'comment':
      return `-m comment --comment ${quote(match.text)}`;
    case 'iprange':
      return joined('-m iprange', range('--src-range', match.source), range('--dst-range', match.destination));
    case 'addrtype':
      return printAddressType(match);
    case 'opaque':
      return joined(`-m ${match.module}`, joinArguments(match.args, match.module));
    case 'unknown':
      return match.raw;
  }
}

const SIDES = { source: 'sports', destination: 'dports', either: 'ports' } as const;

function not(match: { readonly negated: boolean }): string {
  return match.negated ? '! ' : '';
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function printAddress(match: MatchOf<'source' | 'destination'>): string {
  if (match.network.mask === 0n && !match.negated) return '';
  return `${not(match)}${match.kind === 'source' ? '-s' : '-d'} ${formatNetwork(match.network)}`;
}

function printInterface(match: MatchOf<'in-interface' | 'out-interface'>): string {
  if (match.name === '+' && !match.negated) return '';
  return `${not(match)}${match.kind === 'in-interface' ? '-i' : '-o'} ${match.name}`;
}

function printOwner(match: OwnerMatch): string {
  const exists = match.socketExists === undefined ? '' : `${not(match.socketExists)}--socket-exists`;
  const groups = match.supplementaryGroups === true ? '--suppl-groups' : '';
  return joined('-m owner', exists, ids('--uid-owner', match.uid), ids('--gid-owner', match.gid), groups);
}

function ids(option: string, owner: Negatable<IdRange> | undefined): string {
  if (owner === undefined) return '';
  const { from, to } = owner.value;
  return `${not(owner)}${option} ${from === to ? from : `${from}-${to}`}`;
}

/** The order of xt_conntrack and xt_state when they print. */
const STATES: readonly ConntrackStateName[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'];

function states(option: string, match: Negatable<readonly ConntrackStateName[]> | undefined): string {
  if (match === undefined) return '';
  return `${not(match)}${option} ${STATES.filter((state) => match.value.includes(state)).join(',')}`;
}

function range(option: string, match: Negatable<{ readonly from: bigint; readonly to: bigint }> | undefined): string {
  if (match === undefined) return '';
  // Only the size of the numbers tells the family here; an IPv6 range inside ::/96 does not exist in practice.
  const family = match.value.to > 0xffffffffn ? 'ipv6' : 'ipv4';
  return `${not(match)}${option} ${formatAddress(family, match.value.from)}-${formatAddress(family, match.value.to)}`;
}

function printAddressType(match: MatchOf<'addrtype'>): string {
  const limit = match.limitInterface === undefined ? '' : `--limit-iface-${match.limitInterface}`;
  return joined('-m addrtype', types('--src-type', match.source), types('--dst-type', match.destination), limit);
}

function types(option: string, match: Negatable<readonly string[]> | undefined): string {
  return match === undefined ? '' : `${not(match)}${option} ${match.value.join(',')}`;
}
