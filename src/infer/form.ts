import type { Network } from '../model/address.ts';
import type { Match, Negatable, PortRange } from '../model/match.ts';
import { TCP, UDP } from '../model/protocol.ts';
import type { Rule } from '../model/ruleset.ts';
import type { Target } from '../model/target.ts';
import { canonicalChain } from './names.ts';

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
}

const WORDS = ['from', 'to', 'in', 'out', 'tcp', 'udp', 'dport', 'sport', 'uid', 'gid', 'mark', 'connmark', 'state'];
const ORDER: ReadonlyMap<string, number> = new Map(WORDS.map((word, position) => [word, position]));

type Draft = { -readonly [K in keyof Form]?: Form[K] } & { words: Set<string>; dports: number[]; gids: number[] };

/** The form of a rule. What has no word in a shape shows as `other`. */
export function formOf(rule: Rule): Form {
  const draft: Draft = { words: new Set(), dports: [], gids: [] };
  for (const match of rule.matches) readMatch(draft, match);
  const deciding = rule.targets.find((target) => target.kind !== 'continue');
  if (deciding !== undefined) readTarget(draft, deciding);
  const { words, ...values } = draft;
  const shape = [...words].sort((a, b) => rank(a) - rank(b)).join(' ');
  return { ...values, shape, target: deciding === undefined ? '' : nameOf(deciding) };
}

function rank(word: string): number {
  return ORDER.get(word.replace('!', '')) ?? WORDS.length;
}

function nameOf(target: Target): string {
  return target.kind === 'jump' || target.kind === 'goto'
    ? `${target.kind} ${canonicalChain(target.chain)}`
    : target.kind;
}

function readTarget(draft: Draft, target: Target): void {
  switch (target.kind) {
    case 'redirect':
    case 'dnat':
      if (target.ports !== undefined) draft.port = target.ports.from;
      break;
    case 'snat':
      if (target.address !== undefined) draft.source = target.address.from;
      break;
    case 'tproxy':
      draft.port = target.port;
      draft.mark = target.mark.value;
      break;
    case 'mark':
      draft.mark = target.value;
      break;
    default:
  }
}

function readMatch(draft: Draft, match: Match): void {
  switch (match.kind) {
    case 'source':
      draft.from = match.network;
      return say(draft, 'from', match.negated);
    case 'destination':
      draft.to = match.network;
      return say(draft, 'to', match.negated);
    case 'in-interface':
      draft.in = match.name;
      return say(draft, 'in', match.negated);
    case 'out-interface':
      draft.out = match.name;
      return say(draft, 'out', match.negated);
    case 'protocol':
      return say(draft, match.protocol === TCP ? 'tcp' : match.protocol === UDP ? 'udp' : 'other', match.negated);
    case 'tcp':
    case 'udp':
      return readPorts(draft, match.destinationPort, match.sourcePort, match.flags ?? match.rest);
    case 'multiport':
      return readPorts(
        draft,
        match.side === 'destination' ? { negated: match.negated, value: match.ports } : undefined,
      );
    case 'owner':
      return readOwner(draft, match);
    case 'mark':
    case 'connmark':
      draft.mark = match.value;
      return say(draft, match.kind, match.negated);
    case 'conntrack':
      return say(draft, match.states === undefined ? 'other' : 'state', false);
    case 'comment':
      return;
    default:
      return say(draft, 'other', false);
  }
}

function readPorts(
  draft: Draft,
  dport: Negatable<readonly PortRange[]> | undefined,
  sport?: Negatable<readonly PortRange[]>,
  rest?: unknown,
): void {
  if (dport !== undefined) {
    draft.dports.push(...dport.value.map((range) => range.from));
    say(draft, dport.value.some((range) => range.from !== range.to) ? 'other' : 'dport', dport.negated);
  }
  if (sport !== undefined) say(draft, 'sport', sport.negated);
  if (rest !== undefined) say(draft, 'other', false);
}

function readOwner(draft: Draft, { uid, gid, socketExists }: Extract<Match, { kind: 'owner' }>): void {
  if (uid !== undefined) {
    draft.uid = uid.value.from;
    say(draft, uid.value.from === uid.value.to ? 'uid' : 'other', uid.negated);
  }
  if (gid !== undefined) {
    draft.gids.push(gid.value.from);
    say(draft, gid.value.from === gid.value.to ? 'gid' : 'other', gid.negated);
  }
  if (socketExists !== undefined) say(draft, 'other', socketExists.negated);
}

function say(draft: Draft, word: string, negated: boolean): void {
  draft.words.add(negated ? `!${word}` : word);
}
