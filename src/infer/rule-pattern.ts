import { canonicalChain } from '../istio/names.ts';
import type { Network } from '../model/address.ts';
import type { Family } from '../model/family.ts';
import type { IdRange, Match, Negatable, OwnerMatch, PortsMatch } from '../model/match.ts';
import { TCP, UDP } from '../model/protocol.ts';
import type { Rule } from '../model/ruleset.ts';
import type { Target, TargetOf } from '../model/target.ts';
import { goes, type TargetThat } from '../model/target-effects.ts';

/**
 * A rule seen as a pattern: which conditions it has, and their values apart. The words of a shape stand in a fixed
 * order, `!` marks an inverted one: `to tcp`, `out tcp !dport !uid`.
 */
export interface Form {
  readonly shape: string;
  /** `return`, `jump ISTIO_OUTPUT` …; the first target that decides or changes something. */
  readonly target: string;
  readonly from?: Network;
  readonly to?: Network;
  readonly in?: string;
  readonly out?: string;
  readonly dports: readonly number[];
  readonly uid?: number;
  readonly gids: readonly number[];
  /** The value that a mark match compares with or a mark target sets. */
  readonly mark?: number;
  /** Where a redirect, tproxy or dnat target sends the packet. */
  readonly port?: number;
  /** The source that an snat target gives. */
  readonly source?: bigint;
  readonly sourceFamily?: Family;
}

const WORDS = [
  'from',
  'to',
  'in',
  'out',
  'tcp',
  'udp',
  'dport',
  'dports',
  'sport',
  'uid',
  'gid',
  'mark',
  'connmark',
  'state',
];
const ORDER: ReadonlyMap<string, number> = new Map(WORDS.map((word, position) => [word, position]));

type Draft = { -readonly [K in keyof Form]?: Form[K] } & { dports: number[]; gids: number[] };

/** The form of a rule. What has no word in a shape shows as `other`. */
export function formOf(rule: Rule): Form {
  const draft: Draft = { dports: [], gids: [] };
  const words = new Set(rule.matches.flatMap((match) => readMatch(draft, match)));
  const deciding = rule.targets.find((target) => target.kind !== 'continue');
  if (deciding !== undefined) readTarget(draft, deciding);
  const shape = [...words].sort((a, b) => rank(a) - rank(b)).join(' ');
  return { ...draft, shape, target: deciding === undefined ? '' : nameOf(deciding) };
}

function rank(word: string): number {
  return ORDER.get(word.replace('!', '')) ?? WORDS.length;
}

function nameOf(target: Target): string {
  return goes(target, 'calls') ? `${target.kind} ${canonicalChain(target.chain)}` : target.kind;
}

function readTarget(draft: Draft, target: Target): void {
  switch (target.kind) {
    case 'redirect':
    case 'dnat':
      if (target.ports !== undefined) draft.port = target.ports.from;
      break;
    case 'snat':
      if (target.address === undefined) break;
      draft.source = target.address.from;
      draft.sourceFamily = target.address.family;
      break;
    case 'tproxy':
      draft.port = target.port;
      // nftables sets the mark in a statement of its own.
      if (target.mark.mask !== 0) draft.mark = target.mark.value;
      break;
    case 'mark':
      draft.mark = target.value;
      break;
    default:
      target satisfies Valueless;
  }
}

/** Targets of which no value tells how Istio was set up. */
type Valueless =
  | TargetThat<{ changes: 'nothing' | 'connmark' | 'conntrack' }>
  | TargetOf<'masquerade' | 'connmark-restore'>;

/** Records the values of a match and returns its words. */
function readMatch(draft: Draft, match: Match): string[] {
  switch (match.kind) {
    case 'source':
      draft.from = match.network;
      return [word('from', match.negated)];
    case 'destination':
      draft.to = match.network;
      return [word('to', match.negated)];
    case 'in-interface':
      draft.in = match.name;
      return [word('in', match.negated)];
    case 'out-interface':
      draft.out = match.name;
      return [word('out', match.negated)];
    case 'protocol':
      return [word(match.protocol === TCP ? 'tcp' : match.protocol === UDP ? 'udp' : 'other', match.negated)];
    case 'tcp':
    case 'udp':
      // nftables has no protocol match beside it.
      return [match.kind, ...readPorts(draft, match)];
    case 'multiport':
      if (match.side !== 'destination') return ['other'];
      return readPorts(draft, { destinationPort: { negated: match.negated, value: match.ports } });
    case 'owner':
      return readOwner(draft, match);
    case 'mark':
    case 'connmark':
      draft.mark = match.value;
      return [word(match.kind, match.negated)];
    case 'conntrack':
      return [match.states === undefined ? 'other' : 'state'];
    case 'state':
      return ['state'];
    case 'comment':
      return [];
    case 'opaque':
      return readInterface(draft, match.module, match.args);
    case 'fragment':
    case 'sctp':
    case 'dccp':
    case 'udplite':
    case 'iprange':
    case 'addrtype':
    case 'unknown':
      return ['other'];
  }
}

/** A name that ends in `+` is no pattern to nftables, which has no other word for it than its own. */
function readInterface(draft: Draft, module: string, [quoted = '']: readonly string[]): string[] {
  const [side, name] = [INTERFACES[module], /^"(.*)"$/.exec(quoted)?.[1]];
  if (side === undefined || name === undefined) return ['other'];
  draft[side] = name;
  return [side];
}

const INTERFACES: Readonly<Record<string, 'in' | 'out'>> = { iifname: 'in', oifname: 'out' };

function readPorts(draft: Draft, { destinationPort, sourcePort, flags, rest }: Omit<PortsMatch, 'kind'>): string[] {
  const single = destinationPort?.value.every((range) => range.from === range.to);
  const name = destinationPort?.value.length === 1 ? 'dport' : 'dports';
  for (const range of destinationPort?.value ?? []) draft.dports.push(range.from);
  return [
    ...(destinationPort ? [word(single ? name : 'other', destinationPort.negated)] : []),
    ...(sourcePort ? [word('sport', sourcePort.negated)] : []),
    ...(flags || rest ? ['other'] : []),
  ];
}

function readOwner(draft: Draft, { uid, gid, socketExists }: OwnerMatch): string[] {
  if (uid) draft.uid = uid.value.from;
  if (gid) draft.gids.push(gid.value.from);
  return [
    ...(uid ? [ownerWord('uid', uid)] : []),
    ...(gid ? [ownerWord('gid', gid)] : []),
    ...(socketExists ? ['other'] : []),
  ];
}

function ownerWord(name: string, { value, negated }: Negatable<IdRange>): string {
  return word(value.from === value.to ? name : 'other', negated);
}

function word(name: string, negated: boolean): string {
  return negated ? `!${name}` : name;
}
