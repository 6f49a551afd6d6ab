import type { MatchModule, Option, TargetModule } from './module.ts';

/** A module that a rule names, while its options are being collected. */
export type Unit = {
  readonly name: string;
  options: readonly Option[];
  /** Offsets of `-m NAME`; both 0 for a module that came with `-p`. */
  readonly from: number;
  readonly to: number;
  /** Of a module that we do not know: the offsets of the words behind it, in pairs from-to. */
  readonly swept?: number[];
} & (
  | { readonly role: 'match'; readonly module: MatchModule | null }
  | { readonly role: 'target'; readonly module: TargetModule | null }
);

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

/**
 * The full name of an option in the newest unit that has it. getopt takes the exact name from any module first,
 * and otherwise a beginning that fits only one option (`--to-port` for `--to-ports`).
 */
export function findOption(units: readonly Unit[], name: string): { unit: Unit; name: string } | null {
  for (let i = units.length - 1; i >= 0; i -= 1) {
    const unit = units[i];
    if (unit?.module != null && Object.hasOwn(unit.module.options, name)) return { unit, name };
  }
  return abbreviated(units, name);
}

function abbreviated(units: readonly Unit[], name: string): { unit: Unit; name: string } | null {
  if (name === '') return null;
  for (const unit of units.toReversed()) {
    const fits = Object.keys(unit.module?.options ?? {}).filter((option) => option.startsWith(name));
    if (fits.length === 1 && fits[0] !== undefined) return { unit, name: fits[0] };
  }
  return null;
}
