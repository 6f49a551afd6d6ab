import { parseNetwork } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import type { Match, MatchOf } from '../../model/match.ts';
import { protocolNumber } from '../../model/protocol.ts';
import type { Target } from '../../model/target.ts';

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

/** Matches and targets that many rules share, by their text; one object serves them all. */
export interface Shared {
  readonly addresses: Readonly<Record<'source' | 'destination', Record<'plain' | 'negated', Map<string, Match>>>>;
  readonly interfaces: Map<string, Match>;
  readonly protocols: Map<string, MatchOf<'protocol'> | null>;
  readonly jumps: Readonly<Record<'jump' | 'goto', Map<string, readonly Target[]>>>;
  /** What modules with their options mean (`-m tcp --dport 80`). */
  readonly matches: Map<string, Match>;
}

/** Empty tables of shared matches. */
export function noShared(): Shared {
  return {
    addresses: {
      source: { plain: new Map(), negated: new Map() },
      destination: { plain: new Map(), negated: new Map() },
    },
    interfaces: new Map(),
    protocols: new Map(),
    jumps: { jump: new Map(), goto: new Map() },
    matches: new Map(),
  };
}

/**
 * How many texts of a kind are remembered. Rules of a cluster repeat a few hundred of them; of a hundred thousand
 * different ones few would be seen again, and the tables would cost more than the rules.
 */
const MOST_SHARED = 5_000;

/** Remembers what a text means, while there is room. */
export function share<T>(table: Map<string, T>, text: string, value: T): T {
  if (table.size < MOST_SHARED) table.set(text, value);
  return value;
}

/** `-s`/`-d` with one address; null when it is neither an address nor a block (a host name, which only a resolver knows). */
export function addressMatch(
  shared: Shared,
  kind: 'source' | 'destination',
  text: string,
  negated: boolean,
): Match | null {
  const table = shared.addresses[kind][negated ? 'negated' : 'plain'];
  const known = table.get(text);
  if (known !== undefined) return known;
  const network = parseNetwork(text) ?? parseNetwork(shortForm(text));
  return network === null ? null : share(table, text, { kind, negated, network });
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
  return shared.interfaces.get(key) ?? share(shared.interfaces, key, { kind, negated, name });
}

/** `-p` by name in any case, or number; null for a name we do not know. */
export function protocolMatch(shared: Shared, text: string, negated: boolean): MatchOf<'protocol'> | null {
  const key = `${negated ? '!' : ' '}${text}`;
  const known = shared.protocols.get(key);
  if (known !== undefined) return known;
  const protocol = protocolNumber(text.toLowerCase());
  return share(shared.protocols, key, protocol === null ? null : { kind: 'protocol', negated, protocol });
}

/** `-j CHAIN` and `-g CHAIN`, as the list of one that a rule has. */
export function jumpTo(shared: Shared, kind: 'jump' | 'goto', chain: string): readonly Target[] {
  const table = shared.jumps[kind];
  return table.get(chain) ?? share(table, chain, [{ kind, chain }]);
}
