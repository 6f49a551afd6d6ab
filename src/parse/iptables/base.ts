import { parseNetwork } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import type { Match, MatchOf } from '../../model/match.ts';
import { protocolNumber } from '../../model/protocol.ts';
import type { Target, TargetOf } from '../../model/target.ts';

/** The options of iptables itself, by every spelling, with the number of words that follow. */
export type BaseOption =
  | 'source'
  | 'destination'
  | 'in'
  | 'out'
  | 'protocol'
  | 'fragment'
  | 'match'
  | 'jump'
  | 'goto'
  | 'counters';

const SPELLINGS: readonly (readonly [BaseOption, readonly string[]])[] = [
  ['source', ['-s', '--source', '--src']],
  ['destination', ['-d', '--destination', '--dst']],
  ['in', ['-i', '--in-interface']],
  ['out', ['-o', '--out-interface']],
  ['protocol', ['-p', '--protocol', '--proto']],
  ['fragment', ['-f', '--fragment', '--fragments']],
  ['match', ['-m', '--match']],
  ['jump', ['-j', '--jump']],
  ['goto', ['-g', '--goto']],
  ['counters', ['-c', '--set-counters']],
];

const BY_SPELLING: ReadonlyMap<string, BaseOption> = new Map(
  SPELLINGS.flatMap(([option, spellings]) => spellings.map((spelling): [string, BaseOption] => [spelling, option])),
);

/** The option of iptables itself that a word is, or undefined when a module must know it. */
export function baseOption(word: string): BaseOption | undefined {
  return BY_SPELLING.get(word);
}

/** Matches that many rules share; one object serves them all. */
export interface Shared {
  readonly addresses: Map<string, Match | null>;
  readonly interfaces: Map<string, Match>;
  readonly protocols: Map<string, MatchOf<'protocol'> | null>;
  readonly jumps: Map<string, TargetOf<'jump' | 'goto'>>;
  /** Lists of one verdict or jump. */
  readonly lists: Map<Target, readonly Target[]>;
}

/** Empty tables of shared matches. */
export function noShared(): Shared {
  return { addresses: new Map(), interfaces: new Map(), protocols: new Map(), jumps: new Map(), lists: new Map() };
}

/** `-s`/`-d` with one address; null when it is neither an address nor a block (a host name, which only a resolver knows). */
export function addressMatch(
  shared: Shared,
  kind: 'source' | 'destination',
  text: string,
  negated: boolean,
): Match | null {
  const key = `${kind === 'source' ? 's' : 'd'}${negated ? '!' : ' '}${text}`;
  const known = shared.addresses.get(key);
  if (known !== undefined) return known;
  const network = parseNetwork(shortForm(text));
  const match = network === null ? null : ({ kind, negated, network } as const);
  shared.addresses.set(key, match);
  return match;
}

/** iptables reads `0/0` and `10/8` as inet_aton does, missing bytes zero. */
function shortForm(text: string): string {
  const short = /^([0-9]{1,3}(?:\.[0-9]{1,3}){0,2})\/([0-9]{1,2})$/.exec(text);
  if (short === null) return text;
  const bytes = (short[1] ?? '').split('.');
  return `${[...bytes, '0', '0', '0'].slice(0, 4).join('.')}/${short[2]}`;
}

/** The family of an address match. */
export function familyOf(match: Match): Family | null {
  return match.kind === 'source' || match.kind === 'destination' ? match.network.family : null;
}

/** `-i`/`-o`. */
export function interfaceMatch(
  shared: Shared,
  kind: 'in-interface' | 'out-interface',
  name: string,
  negated: boolean,
): Match {
  const key = `${kind === 'in-interface' ? 'i' : 'o'}${negated ? '!' : ' '}${name}`;
  let match = shared.interfaces.get(key);
  if (match === undefined) {
    match = { kind, negated, name };
    shared.interfaces.set(key, match);
  }
  return match;
}

/** `-p` by name in any case, or number; null for a name we do not know. */
export function protocolMatch(shared: Shared, text: string, negated: boolean): MatchOf<'protocol'> | null {
  const key = `${negated ? '!' : ' '}${text}`;
  const known = shared.protocols.get(key);
  if (known !== undefined) return known;
  const protocol = protocolNumber(text.toLowerCase());
  const match = protocol === null ? null : ({ kind: 'protocol', negated, protocol } as const);
  shared.protocols.set(key, match);
  return match;
}

/** `-j CHAIN` and `-g CHAIN`. */
export function jumpTo(shared: Shared, kind: 'jump' | 'goto', chain: string): TargetOf<'jump' | 'goto'> {
  const key = `${kind} ${chain}`;
  let target = shared.jumps.get(key);
  if (target === undefined) {
    target = { kind, chain };
    shared.jumps.set(key, target);
  }
  return target;
}
