import type { KnownOption, Loaded, MatchModule, Option, TargetModule } from './module.ts';

interface UnitOf<Role, Module> {
  readonly role: Role;
  readonly name: string;
  options: readonly Option[];
  /** Offsets of `-m NAME`; both 0 for a module that came with `-p`. */
  readonly from: number;
  readonly to: number;
  readonly module: Loaded<Module> | null;
  /** Of a module that we do not know: offsets of the words after it, in pairs from-to. Null for those that we know. */
  readonly swept: number[] | null;
}

/** A match module that a rule names, while its options are being collected. */
export type MatchUnit = UnitOf<'match', MatchModule>;

/** A module that a rule names, while its options are being collected. */
export type Unit = MatchUnit | UnitOf<'target', TargetModule>;

/** The unit exactly as it was written, its parts joined by single blanks. */
export function rawText(text: string, unit: Unit): string {
  const parts = unit.to > unit.from ? [text.slice(unit.from, unit.to)] : [];
  for (const option of unit.options) parts.push(text.slice(option.from, option.to));
  const swept = unit.swept ?? [];
  for (let i = 0; i + 1 < swept.length; i += 2) parts.push(text.slice(swept[i], swept[i + 1]));
  return parts.join(' ');
}

/** Where the unit begins in the text. */
export function startOf(unit: Unit): number {
  return unit.to > unit.from ? unit.from : (unit.options[0]?.from ?? 0);
}

/** An option that stands in a rule, and the unit that has it. */
export interface FoundOption {
  readonly unit: Unit;
  readonly option: KnownOption;
}

/**
 * The option that a word (`--dport`) stands for in the newest unit that has it. getopt takes the exact name from any
 * module first, and otherwise a beginning that fits only one option (`--to-port` for `--to-ports`).
 */
export function findOption(units: readonly Unit[], word: string): FoundOption | null {
  for (let i = units.length - 1; i >= 0; i -= 1) {
    const unit = units[i];
    const option = unit?.module?.spellings.get(word);
    if (unit !== undefined && option !== undefined) return { unit, option };
  }
  return abbreviated(units, word);
}

function abbreviated(units: readonly Unit[], word: string): FoundOption | null {
  if (word === '--') return null;
  for (const unit of units.toReversed()) {
    const fits = [...(unit.module?.spellings ?? [])].filter(([spelling]) => spelling.startsWith(word));
    const [only] = fits;
    if (fits.length === 1 && only !== undefined) return { unit, option: only[1] };
  }
  return null;
}

/**
 * The text of a unit when all of it stands together, as the tools print it: then whatever has the same text is the
 * same match or target. Null when its words are scattered, or when another option brought the module along.
 */
export function wholeText(text: string, unit: Unit): string | null {
  let end = unit.to;
  if (end <= unit.from || unit.module === null) return null;
  for (const option of unit.options) {
    if (option.from !== end + 1) return null;
    end = option.to;
  }
  return text.slice(unit.from, end);
}
