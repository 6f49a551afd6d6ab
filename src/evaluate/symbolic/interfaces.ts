import { interfaceMatches } from '../match.ts';

/** Names for an interface that no rule names, in order of preference. */
const OTHERS = ['other0', 'net0', 'dev0', 'if0', 'x0', 'Z0', '_0', '0'];

/** The interfaces that rules tell apart; each atom is one name that stands for all that behave like it. */
export class InterfaceDomain {
  readonly names: readonly string[];
  /** The wildcard behind each name that stands for what a wildcard covers; '+' behind the name of all others. */
  readonly #wildcards: ReadonlyMap<string, string>;

  constructor(patterns: Iterable<string>) {
    const all = [...new Set(patterns)];
    const exact = new Set(['lo', 'eth0', ...all.filter((pattern) => !pattern.endsWith('+'))]);
    const wild = all.filter((pattern) => pattern.endsWith('+') && pattern !== '+');
    const standIns = [...wild, '+'].flatMap((pattern): [string, string][] => {
      const name = standIn(pattern, exact, wild);
      return name === undefined ? [] : [[name, pattern]];
    });
    this.#wildcards = new Map(standIns);
    this.names = [...exact, ...this.#wildcards.keys()];
  }

  atoms(pattern: string): [number, number][] {
    return this.names.flatMap((name, i): [number, number][] => (interfaceMatches(pattern, name) ? [[i, i]] : []));
  }

  /** Some atoms in words: `lo`, `all except lo`, `eth+`, `eth+ except eth0`. */
  describe(atoms: readonly number[]): string {
    const inside = this.names.filter((_, atom) => atoms.includes(atom));
    const outside = this.names.filter((_, atom) => !atoms.includes(atom));
    const takesOthers = inside.some((name) => this.#wildcards.get(name) === '+');
    return takesOthers ? `all except ${this.#words(outside)}` : this.#words(inside);
  }

  #words(names: readonly string[]): string {
    const wildcards = names.flatMap((name) => this.#wildcards.get(name) ?? []);
    const rest = names.filter((name) => !wildcards.some((pattern) => interfaceMatches(pattern, name)));
    const outermost = wildcards.filter((one) => !wildcards.some((other) => other !== one && covers(other, one)));
    return [...rest, ...outermost.map((pattern) => this.#wildcard(pattern, names))].join(',');
  }

  #wildcard(pattern: string, names: readonly string[]): string {
    const others = this.names.filter((name) => interfaceMatches(pattern, name) && !names.includes(name));
    return others.length === 0 ? pattern : `${pattern} except ${this.#words(others).replaceAll(',', ' and ')}`;
  }
}

function covers(pattern: string, other: string): boolean {
  return other.startsWith(pattern.slice(0, -1));
}

/** A name that the wildcard covers and that no rule names more closely. */
function standIn(pattern: string, exact: ReadonlySet<string>, wild: readonly string[]): string | undefined {
  const closer = wild.filter((other) => other !== pattern && covers(pattern, other));
  const prefix = pattern.slice(0, -1);
  const candidates = prefix === '' ? OTHERS : Array.from({ length: exact.size + 10 }, (_, i) => `${prefix}${i}`);
  return [...candidates, ...OTHERS.map((name) => `${prefix}${name}`)].find(
    (name) => !exact.has(name) && !closer.some((other) => interfaceMatches(other, name)),
  );
}
