import type { Ruleset } from '../../model/ruleset.ts';
import { changeMark } from '../effects.ts';
import { TooComplex } from './limits.ts';

/** A mark domain that would need more atoms than this is given up: the answer is then undetermined. */
const MAX_ATOMS = 1024;

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

  /** @throws TooComplex when the rules name too many combinations of marks and masks */
  constructor(values: Iterable<number>, masks: Iterable<number>) {
    const named = [0, ...values];
    this.#groups = bitGroups([0xffffffff, ...masks]).map((bits) => {
      const inGroup = new Set(named.map((value) => (value & bits) >>> 0));
      return { bits, named: inGroup, other: unnamed(bits, inGroup) };
    });
    this.representatives = this.#combinations();
    this.#atoms = new Map(this.representatives.map((mark, atom) => [mark, atom]));
  }

  /** Some atoms in words: `0x539`, `0x539/0xfff`, `all except 0x539/0xfff`. */
  describe(atoms: readonly number[]): string {
    const others = this.representatives.map((_, atom) => atom).filter((atom) => !atoms.includes(atom));
    const inside = this.#masked(atoms);
    const outside = this.#masked(others);
    return outside.length < inside.length || (outside.length === inside.length && !others.includes(0))
      ? `all except ${outside.join(',')}`
      : inside.join(',');
  }

  /** The atoms as values under the mask that takes fewest of them; each group of bits may be looked at or not. */
  #masked(atoms: readonly number[]): string[] {
    const masks = this.#groups.reduce<number[]>(
      (known, { bits }) => (known.length > 64 ? known : known.flatMap((mask) => [mask, (mask | bits) >>> 0])),
      [0],
    );
    const forms = [...masks, 0xffffffff].map((mask) => this.#underMask(atoms, mask)).filter((form) => form !== null);
    return forms.reduce((best, form) => (form.length < best.length ? form : best));
  }

  /** Null when the mask does not tell the atoms from the others. */
  #underMask(atoms: readonly number[], mask: number): string[] | null {
    const values = new Set(atoms.map((atom) => ((this.representatives[atom] ?? 0) & mask) >>> 0));
    const covered = this.representatives.filter((mark) => values.has((mark & mask) >>> 0)).length;
    if (covered !== atoms.length) return null;
    const suffix = mask === 0xffffffff ? '' : `/0x${mask.toString(16)}`;
    return [...values].map((value) => `0x${value.toString(16)}${suffix}`);
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

/** Splits the 32 bits into groups that each mask either has or has not. */
function bitGroups(masks: readonly number[]): number[] {
  let groups = [0xffffffff];
  for (const mask of masks) {
    groups = groups.flatMap((bits) => [(bits & mask) >>> 0, (bits & ~mask) >>> 0]).filter((bits) => bits !== 0);
  }
  return groups;
}

/** A value of the group that no rule names, or a named one when there is no other. */
function unnamed(bits: number, named: ReadonlySet<number>): number {
  // Walks the subsets of `bits` in ascending order: (x - bits) & bits is the next one.
  let candidate = bits;
  for (let i = 0; i <= named.size; i += 1) {
    if (!named.has(candidate)) return candidate;
    candidate = ((candidate - 1) & bits) >>> 0;
  }
  return bits;
}

/** All values and masks that rules hold marks and connmarks against, or set them to. */
export function marksOf(rulesets: readonly Ruleset[]): { values: Set<number>; masks: Set<number> } {
  const values = new Set<number>();
  const masks = new Set<number>();
  const add = (value: number, mask: number) => {
    values.add(value);
    masks.add(mask);
  };
  for (const rule of rulesets.flatMap((set) => set.tables.flatMap((t) => t.chains.flatMap((c) => c.rules)))) {
    for (const match of rule.matches) {
      if (match.kind === 'mark' || match.kind === 'connmark') add(match.value, match.mask);
    }
    for (const target of rule.targets) {
      if (target.kind === 'mark' || target.kind === 'connmark-set') add(target.value, target.mask);
      if (target.kind === 'tproxy') add(target.mark.value, target.mark.mask);
      if (target.kind === 'connmark-save' || target.kind === 'connmark-restore') {
        masks.add(target.nfmask);
        masks.add(target.ctmask);
      }
    }
  }
  return { values, masks };
}
