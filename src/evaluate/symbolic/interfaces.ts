import { fieldText } from '../../model/field-set.ts';
import { interfaceMatches } from '../match.ts';
import { TooComplex } from './limits.ts';

/** Names for an interface that no rule names, in order of preference. */
const OTHERS = ['other0', 'net0', 'dev0', 'if0', 'x0', 'Z0', '_0', '0'];

/** Each wildcard is compared with all others, and with all names. */
const MOST_WILDCARDS = 1000;

/** The interfaces that rules tell apart; each atom is one name that stands for all that behave like it. */
export class InterfaceDomain {
  readonly names: readonly string[];
  /** Those that packets come and leave by where they can choose, best first. */
  readonly preferred: readonly string[];
  readonly #positions: ReadonlyMap<string, number>;
  /** The wildcard for each name that stands for what a wildcard covers; '+' for the name of all others. */
  readonly #wildcards: ReadonlyMap<string, string>;

  /**
   * `present`: the interfaces that the namespace has besides lo, best first; empty where they are not known.
   * @throws TooComplex when there are too many wildcards
   */
  constructor(patterns: Iterable<string>, present: readonly string[] = []) {
    const all = [...new Set(patterns)];
    this.preferred = [...(present.length > 0 ? present : ['eth0']), 'lo'];
    const exact = new Set(['lo', ...this.preferred, ...all.filter((pattern) => !pattern.endsWith('+'))]);
    const wild = all.filter((pattern) => pattern.endsWith('+') && pattern !== '+');
    if (wild.length > MOST_WILDCARDS) throw new TooComplex('the rules name too many interfaces');
    const standIns = [...wild, '+'].flatMap((pattern): [string, string][] => {
      const name = standIn(pattern, exact, wild);
      return name === undefined ? [] : [[name, pattern]];
    });
    this.#wildcards = new Map(standIns);
    this.names = [...exact, ...this.#wildcards.keys()];
    this.#positions = new Map(this.names.map((name, position) => [name, position]));
  }

  atoms(pattern: string): [number, number][] {
    const exact = this.#positions.get(pattern);
    if (exact !== undefined && !pattern.endsWith('+')) return [[exact, exact]];
    return this.names.flatMap((name, i): [number, number][] => (interfaceMatches(pattern, name) ? [[i, i]] : []));
  }

  /** Some atoms in words: `lo`, `all except lo`, `eth+`, `eth+ except eth0`. */
  describe(atoms: readonly number[]): string {
    const named = new Set(atoms);
    const inside = this.names.filter((_, atom) => named.has(atom));
    const outside = this.names.filter((_, atom) => !named.has(atom));
    const takesOthers = inside.some((name) => this.#wildcards.get(name) === '+');
    return fieldText({ except: takesOthers, values: this.#words(takesOthers ? outside : inside) });
  }

  #words(names: readonly string[]): string[] {
    const wildcards = names.flatMap((name) => this.#wildcards.get(name) ?? []);
    const rest = names.filter((name) => !wildcards.some((pattern) => interfaceMatches(pattern, name)));
    const outermost = wildcards.filter((one) => !wildcards.some((other) => other !== one && covers(other, one)));
    return [...rest, ...outermost.map((pattern) => this.#wildcard(pattern, names))];
  }

  #wildcard(pattern: string, names: readonly string[]): string {
    const others = this.names.filter((name) => interfaceMatches(pattern, name) && !names.includes(name));
    return others.length === 0 ? pattern : `${pattern} except ${this.#words(others).join(' and ')}`;
  }
}

function covers(pattern: string, other: string): boolean {
  return other.startsWith(pattern.slice(0, -1));
}

/** A name that the wildcard covers and that no rule names more closely. */
function standIn(pattern: string, exact: ReadonlySet<string>, wild: readonly string[]): string | undefined {
  const closer = wild.filter((other) => other !== pattern && covers(pattern, other));
  const prefix = pattern.slice(0, -1);
  const fits = (name: string) => !exact.has(name) && !closer.some((other) => interfaceMatches(other, name));
  if (prefix !== '') {
    for (let i = 0; i < exact.size + 10; i += 1) if (fits(`${prefix}${i}`)) return `${prefix}${i}`;
  }
  return OTHERS.map((name) => `${prefix}${name}`).find(fits);
}
