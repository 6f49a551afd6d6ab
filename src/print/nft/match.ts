import { formatAddress } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import { isPortsMatch, type Match, type MatchOf, type OwnerMatch, type PortsMatch } from '../../model/match.ts';
import { hasPorts, protocolName } from '../../model/protocol.ts';
import { familyWord, formatBlock, formatMark, formatRanges, oneLine, quoted } from './values.ts';

/** What a match is printed among: all matches of its rule, and its own position. */
export interface Company {
  readonly matches: readonly Match[];
  readonly position: number;
}

/** The text of a match, or nothing where nft would print none. A comment is printed at the end of the rule instead. */
export function printMatch(match: Match, company: Company): string[] {
  if (isPortsMatch(match)) return printPorts(match);
  switch (match.kind) {
    case 'source':
    case 'destination':
      return [printAddress(match)];
    case 'in-interface':
      return [compare('iifname', match.negated, printInterface(match.name))];
    case 'out-interface':
      return [compare('oifname', match.negated, printInterface(match.name))];
    case 'protocol':
      return printProtocol(match, company);
    case 'fragment':
      return [`ip frag-off & 8191 ${match.negated ? '==' : '!='} 0`];
    case 'multiport':
      return printMultiport(match, company);
    case 'owner':
      return printOwner(match);
    case 'mark':
      return [printMark('meta mark', match)];
    case 'connmark':
      return [printMark('ct mark', match)];
    case 'conntrack':
    case 'state':
      return printConntrack(match);
    case 'comment':
      return [];
    case 'iprange':
      return printRange(match, company);
    case 'addrtype':
      return printAddressType(match);
    case 'opaque':
      return [oneLine([match.module, ...match.args].join(' '))];
    case 'unknown':
      return [oneLine(match.raw)];
  }
}

/** `SELECTOR VALUE` or `SELECTOR != VALUE`. */
function compare(selector: string, negated: boolean, value: string): string {
  return `${selector}${negated ? ' !=' : ''} ${value}`;
}

function printInterface(name: string): string {
  return quoted(name.endsWith('+') ? `${name.slice(0, -1)}*` : name);
}

/** Any source of a family is how the model says `meta nfproto`. */
export function isFamilyOnly(match: Match): boolean {
  return match.kind === 'source' && !match.negated && match.network.mask === 0n;
}

function printAddress(match: MatchOf<'source' | 'destination'>): string {
  const { network, negated } = match;
  if (isFamilyOnly(match)) return `meta nfproto ${network.family}`;
  const selector = `${familyWord(network.family)} ${match.kind === 'source' ? 'saddr' : 'daddr'}`;
  const block = formatBlock(network);
  if (block !== null) return compare(selector, negated, block);
  const [mask, address] = [network.mask, network.address].map((value) => formatAddress(network.family, value));
  return `${selector} & ${mask} ${negated ? '!=' : '=='} ${address}`;
}

/** Ranges have no family of their own: it is that of a match in front, or shows in the size of the address. */
function printRange(match: MatchOf<'iprange'>, company: Company): string[] {
  const named = company.matches.slice(0, company.position).findLast((other) => 'network' in other);
  const large = (match.source ?? match.destination)?.value.to ?? 0n;
  const family: Family = named && 'network' in named ? named.network.family : large >> 32n === 0n ? 'ipv4' : 'ipv6';
  const print = (side: string, range: NonNullable<typeof match.source>): string => {
    const [from, to] = [range.value.from, range.value.to].map((value) => formatAddress(family, value));
    return compare(`${familyWord(family)} ${side}`, range.negated, `${from}-${to}`);
  };
  return [
    ...(match.source ? [print('saddr', match.source)] : []),
    ...(match.destination ? [print('daddr', match.destination)] : []),
  ];
}

/** Protocol 0 is iptables' "all": no condition. */
function printProtocol(match: MatchOf<'protocol'>, company: Company): string[] {
  if (match.protocol === 0 && !match.negated) return [];
  if (match.negated && belongsToSet(company)) return [];
  return [compare('meta l4proto', match.negated, protocolName(match.protocol))];
}

/** Whether this and the matches right before it, back to "any port", are the set of protocols with ports. */
function belongsToSet({ matches, position }: Company): boolean {
  for (let at = position; at >= 0; at -= 1) {
    const match = matches[at];
    if (match === undefined) return false;
    if (isAnyPort(match)) return true;
    if (match.kind !== 'protocol' || !match.negated || !hasPorts(match.protocol)) return false;
  }
  return false;
}

function isAnyPort(match: Match): boolean {
  if (match.kind !== 'multiport' || match.negated || match.side !== 'destination' || match.ports.length !== 1)
    return false;
  return match.ports[0]?.from === 0 && match.ports[0].to === 65535;
}

/** All protocols with ports, in the order in which nft sorts them. */
const WITH_PORTS: readonly number[] = Array.from({ length: 256 }, (_, number) => number).filter(hasPorts);

function printMultiport(match: MatchOf<'multiport'>, company: Company): string[] {
  if (isAnyPort(match)) return [printProtocolSet(company)];
  const selector = transportOf(company);
  const sides = { source: ['sport'], destination: ['dport'], either: ['sport', 'dport'] }[match.side];
  // Either side, not inverted, is an alternative that one rule of nft cannot hold.
  if (sides.length > 1 && !match.negated) return ['(either port)'];
  const ports = formatRanges(match.ports);
  const conditions = sides.map((side) => compare(`${selector ?? 'th'} ${side}`, match.negated, ports));
  return selector === null ? [`meta l4proto { ${protocolNames(WITH_PORTS)} }`, ...conditions] : conditions;
}

function printProtocolSet({ matches, position }: Company): string {
  const missing = new Set<number>();
  for (let at = position + 1; at < matches.length; at += 1) {
    const match = matches[at];
    if (match?.kind !== 'protocol' || !match.negated || !hasPorts(match.protocol)) break;
    missing.add(match.protocol);
  }
  const protocols = WITH_PORTS.filter((protocol) => !missing.has(protocol));
  const [only] = protocols;
  if (protocols.length === 1 && only !== undefined) return `meta l4proto ${protocolName(only)}`;
  return `meta l4proto { ${protocolNames(protocols)} }`;
}

function protocolNames(protocols: readonly number[]): string {
  return protocols.map(protocolName).join(', ');
}

/** The header that a port without a protocol is read from: that of a protocol demanded in front, or `th`. */
function transportOf({ matches, position }: Company): string | null {
  for (const match of matches.slice(0, position)) {
    if (match.kind === 'protocol' && !match.negated && hasPorts(match.protocol)) return protocolName(match.protocol);
    if (isAnyPort(match)) return 'th';
  }
  return null;
}

function printPorts(match: PortsMatch): string[] {
  const { kind, sourcePort, destinationPort, flags, rest } = match;
  const printed = [
    ...(sourcePort ? [compare(`${kind} sport`, sourcePort.negated, formatRanges(sourcePort.value))] : []),
    ...(destinationPort
      ? [compare(`${kind} dport`, destinationPort.negated, formatRanges(destinationPort.value))]
      : []),
    ...(flags ? [printFlags(flags)] : []),
    ...(rest && rest.length > 0 ? [oneLine(rest.join(' '))] : []),
  ];
  return printed.length > 0 ? printed : [`meta l4proto ${kind}`];
}

function printFlags({ negated, value: { mask, set } }: NonNullable<PortsMatch['flags']>): string {
  const [bits, wanted] = [mask, set].map((flags) => flags.join(',').toLowerCase());
  if (set.length === 0) return `tcp flags ${negated ? '' : '! '}${bits}`;
  if (!negated && mask.length === 1) return `tcp flags ${bits}`;
  return `${compare('tcp flags', negated, wanted ?? '')} / ${bits}`;
}

function printOwner({ uid, gid }: OwnerMatch): string[] {
  return [
    ...(uid ? [compare('meta skuid', uid.negated, formatRanges([uid.value]))] : []),
    ...(gid ? [compare('meta skgid', gid.negated, formatRanges([gid.value]))] : []),
  ];
}

function printMark(selector: string, { negated, value, mask }: MatchOf<'mark' | 'connmark'>): string {
  if (mask === 0xffffffff) return compare(selector, negated, formatMark(value));
  return `${selector} & ${formatMark(mask)} ${negated ? '!=' : '=='} ${formatMark(value)}`;
}

function printConntrack(match: MatchOf<'conntrack' | 'state'>): string[] {
  const states = match.states ? printStates(match.states) : [];
  const rest = match.kind === 'conntrack' && match.rest ? [oneLine(match.rest.join(' '))] : [];
  return [...states, ...rest];
}

/** In the order of their bits, as nft prints them; SNAT and DNAT are bits of the connection's status. */
const STATES: readonly string[] = ['INVALID', 'ESTABLISHED', 'RELATED', 'NEW', 'UNTRACKED'];
const STATUSES: readonly string[] = ['SNAT', 'DNAT'];

function printStates({ negated, value }: NonNullable<MatchOf<'conntrack'>['states']>): string[] {
  const named = (names: readonly string[]): string =>
    names
      .filter((name) => value.some((state) => state === name))
      .join(',')
      .toLowerCase();
  const [states, statuses] = [named(STATES), named(STATUSES)];
  const operator = negated ? '! ' : '';
  return [
    ...(states ? [`ct state ${operator}${states}`] : []),
    ...(statuses ? [`ct status ${operator}${statuses}`] : []),
  ];
}

function printAddressType({ source, destination, limitInterface }: MatchOf<'addrtype'>): string[] {
  const limit = limitInterface === undefined ? '' : ` . ${limitInterface === 'in' ? 'iif' : 'oif'}`;
  const print = (side: string, types: NonNullable<typeof source>): string => {
    const names = types.value.map((type) => type.toLowerCase());
    const value = names.length === 1 ? (names[0] ?? '') : `{ ${names.join(', ')} }`;
    return compare(`fib ${side}${limit} type`, types.negated, value);
  };
  return [...(source ? [print('saddr', source)] : []), ...(destination ? [print('daddr', destination)] : [])];
}
