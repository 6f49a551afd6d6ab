import { fieldText } from '../../model/field-set.ts';
import { changeMark } from '../effects.ts';
import type { WatchedMark } from './cuts.ts';
import { TooComplex } from './limits.ts';

/** A mark domain that would need more atoms than this is given up: the answer is then undetermined. */
const MAX_ATOMS = 1024;
const TOO_MANY = 'the rules name too many marks and masks';

/**
 * The values of a mark cut into atoms that no rule tells apart. Bits that every mask treats alike form a group; in
 * each group only the values that some rule names count, all others are one. An atom is one choice per group, and its
 * representative is a concrete mark.
 */
export class MarkDomain {
  /** One concrete mark per atom; atom 0 is mark 0. */
  readonly representatives: readonly number[];
  readonly #groups: readonly { readonly bits: number; readonly named: ReadonlySet<number>; readonly other: number }[];
  readonly #atoms: ReadonlyMap<number, number>;

  /**
   * `toggled`: the bits that some rule flips (XOR) without looking at them. They lead from each value that a rule
   * names to another, which must count as named, or marks would not stay apart on their way.
   * @throws TooComplex when the rules name too many combinations of marks and masks
   */
  constructor(values: Iterable<number>, masks: Iterable<number>, toggled: Iterable<number> = []) {
    const named = [0, ...values];
    this.#groups = bitGroups([0xffffffff, ...masks]).map((bits) => {
      const inGroup = closed(new Set(named.map((value) => (value & bits) >>> 0)), bits, [...toggled]);
      return { bits, named: inGroup, other: unnamed(bits, inGroup) };
    });
    this.representatives = this.#combinations();
    this.#atoms = new Map(this.representatives.map((mark, atom) => [mark, atom]));
  }

  /** Some atoms in words: `0x539`, `0x539/0xfff`, `all except 0x539/0xfff`. */
  describe(atoms: readonly number[]): string {
    const named = new Set(atoms);
    const others = this.representatives.map((_, atom) => atom).filter((atom) => !named.has(atom));
    const inside = this.#masked(atoms);
    const outside = this.#masked(others);
    if (inside === null) return fieldText({ except: true, values: outside ?? this.#values(others) });
    const isShorter =
      outside !== null && (outside.length < inside.length || (outside.length === inside.length && !others.includes(0)));
    return fieldText(isShorter ? { except: true, values: outside } : { except: false, values: inside });
  }

  /**
   * The atoms as values under the mask that takes fewest of them; each group of bits may be looked at or not. Null when
   * it takes the values that no rule names.
   */
  #masked(atoms: readonly number[]): string[] | null {
    const masks = this.#groups.reduce<number[]>(
      (known, { bits }) => (known.length > 64 ? known : known.flatMap((mask) => [mask, (mask | bits) >>> 0])),
      [0],
    );
    const forms = [...masks, 0xffffffff].map((mask) => this.#underMask(atoms, mask)).filter((form) => form !== null);
    return forms.reduce<string[] | null>(
      (best, form) => (best === null || form.length < best.length ? form : best),
      null,
    );
  }

  #values(atoms: readonly number[]): string[] {
    return atoms.map((atom) => `0x${(this.representatives[atom] ?? 0).toString(16)}`);
  }

  /** Null when the mask does not tell the atoms from the others, or when one stands for all that no rule names. */
  #underMask(atoms: readonly number[], mask: number): string[] | null {
    const values = new Set(atoms.map((atom) => ((this.representatives[atom] ?? 0) & mask) >>> 0));
    const covered = this.representatives.filter((mark) => values.has((mark & mask) >>> 0)).length;
    if (covered !== atoms.length || atoms.some((atom) => this.#isUnnamed(atom, mask))) return null;
    const suffix = mask === 0xffffffff ? '' : `/0x${mask.toString(16)}`;
    return [...values].map((value) => `0x${value.toString(16)}${suffix}`);
  }

  #isUnnamed(atom: number, mask: number): boolean {
    const mark = this.representatives[atom] ?? 0;
    return this.#groups.some(({ bits, named }) => (bits & mask) !== 0 && !named.has((mark & bits) >>> 0));
  }

  #combinations(): number[] {
    let marks = [0];
    for (const { named, other } of this.#groups) {
      const choices = [...new Set([...named, other])];
      marks = marks.flatMap((mark) => choices.map((choice) => (mark | choice) >>> 0));
      if (marks.length > MAX_ATOMS) throw new TooComplex('the rules name too many marks and masks');
    }
    return marks.sort((a, b) => a - b);
  }

  /** The atom a concrete mark lies in. */
  atom(mark: number): number {
    let representative = 0;
    for (const { bits, named, other } of this.#groups) {
      const part = (mark & bits) >>> 0;
      representative |= named.has(part) ? part : other;
    }
    return this.#atoms.get(representative >>> 0) ?? 0;
  }

  /** The atom that a change leads to from an atom. */
  change(atom: number, value: number, mask: number): number {
    return this.atom(changeMark(this.representatives[atom] ?? 0, { value, mask }));
  }
}

/** The values, and all values that toggling bits of the group turns them into. */
function closed(values: Set<number>, bits: number, toggled: readonly number[]): Set<number> {
  // Values that are added while a set is walked through are walked through as well.
  for (const value of values) {
    for (const toggle of toggled) values.add((value ^ (toggle & bits)) >>> 0);
    if (values.size > MAX_ATOMS) throw new TooComplex(TOO_MANY);
  }
  return values;
}

/** Splits the 32 bits into groups that each mask either has or has not. */
function bitGroups(masks: readonly number[]): number[] {
  let groups = [0xffffffff];
  for (const mask of masks) {
    groups = groups.flatMap((bits) => [(bits & mask) >>> 0, (bits & ~mask) >>> 0]).filter((bits) => bits !== 0);
  }
  return groups;
}

/** The smallest value of the group that no rule names, or a named one when there is no other. */
function unnamed(bits: number, named: ReadonlySet<number>): number {
  // Walks the subsets of `bits` in ascending order: (x - bits) & bits is the next one.
  let candidate = 0;
  for (let i = 0; i <= named.size; i += 1) {
    if (!named.has(candidate)) return candidate;
    candidate = ((candidate - bits) & bits) >>> 0;
  }
  return bits;
}

/**
 * The domain of the marks that rules name. The bits of a value outside its mask are those that a rule turns round.
 * @throws TooComplex when the rules name too many combinations of marks and masks
 */
export function markDomainOf(named: readonly WatchedMark[]): MarkDomain {
  const toggled = named.map(({ value, mask }) => (value & ~mask) >>> 0).filter((bits) => bits !== 0);
  return new MarkDomain(
    new Set(named.map(({ value }) => value)),
    new Set(named.map(({ mask }) => mask)),
    new Set(toggled),
  );
}
