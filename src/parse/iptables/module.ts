import type { Family } from '../../model/family.ts';
import type { Match } from '../../model/match.ts';
import type { Target } from '../../model/target.ts';

/** An option as it stood in a rule: `! --dport 80` is `{name: 'dport', negated: true, values: ['80']}`. */
export interface Option {
  readonly name: string;
  readonly negated: boolean;
  readonly values: readonly string[];
  /** Offset in the text, for diagnostics. */
  readonly at: number;
  /** Offsets of the whole, a `!` before it included. */
  readonly from: number;
  readonly to: number;
}

/**
 * Why a module's options could not be turned into a match or target. `error`: iptables refuses them too.
 * `note`: iptables may well take them (a service name, a user name), we cannot tell what they stand for.
 */
export interface Trouble {
  readonly kind: 'trouble';
  readonly severity: 'error' | 'note';
  readonly message: string;
  readonly at: number;
}

/** Options by long name without dashes, with the number of words that follow each. */
export type Options = Readonly<Record<string, number>>;

/** An option that a module has: its name without dashes, and how many words follow it. */
export interface KnownOption {
  readonly name: string;
  readonly words: number;
}

/** A module with its options by the word that stands in a rule: a rule's words are looked up far more often than a table is made. */
export type Loaded<M> = M & { readonly spellings: ReadonlyMap<string, KnownOption> };

/** The modules by name, ready to be looked up. */
export function loaded<M extends { readonly options: Options }>(
  tables: readonly Readonly<Record<string, M>>[],
): ReadonlyMap<string, Loaded<M>> {
  return new Map(tables.flatMap((table) => Object.entries(table).map(([name, module]) => [name, load(module)])));
}

function load<M extends { readonly options: Options }>(module: M): Loaded<M> {
  const known = Object.entries(module.options).map(([name, words]) => ({ name, words }));
  return { ...module, spellings: new Map(known.map((option) => [`--${option.name}`, option])) };
}

/** A match module: which options it has and what they mean. */
export interface MatchModule {
  readonly options: Options;
  /** Options may be given more than once; everywhere else iptables refuses that. */
  readonly repeats?: true;
  readonly build: (options: readonly Option[], family: Family) => Match | Trouble;
}

/** A target: the same. No target option can be negated. */
export interface TargetModule {
  readonly options: Options;
  readonly repeats?: true;
  readonly build: (options: readonly Option[], family: Family) => Target | Trouble;
}

/** A value that iptables would refuse. */
export function bad(option: Option, expected: string): Trouble {
  const value = option.values.join(' ');
  return {
    kind: 'trouble',
    severity: 'error',
    message: `bad value "${value}" for --${option.name}: expected ${expected}`,
    at: option.at,
  };
}

/** A value that only the machine it was written on can resolve. */
export function unresolvable(option: Option, what: string): Trouble {
  const value = option.values.join(' ');
  return {
    kind: 'trouble',
    severity: 'note',
    message: `--${option.name} ${value}: ${what} can only be resolved on the machine it came from; list the rules with -n`,
    at: option.at,
  };
}

/** Whether a builder failed. */
export function isTrouble<T extends { readonly kind: string }>(result: T | Trouble): result is Trouble {
  return result.kind === 'trouble';
}

/** The options as tokens again, negations included. */
export function asTokens(options: readonly Option[]): string[] {
  return options.flatMap((option) => [...(option.negated ? ['!'] : []), `--${option.name}`, ...option.values]);
}
