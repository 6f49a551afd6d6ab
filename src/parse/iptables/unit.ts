import type { MatchModule, Option, TargetModule } from './module.ts';

/** A module that a rule names, while its options are being collected. */
export type Unit = {
  readonly name: string;
  readonly options: Option[];
  /** Offsets in the text, in pairs from-to: what the unit was written as. */
  readonly pieces: number[];
} & (
  | { readonly role: 'match'; readonly module: MatchModule | null }
  | { readonly role: 'target'; readonly module: TargetModule | null }
);

/** The unit exactly as it was written, its parts joined by single blanks. */
export function rawText(text: string, unit: Unit): string {
  const parts: string[] = [];
  for (let i = 0; i + 1 < unit.pieces.length; i += 2) parts.push(text.slice(unit.pieces[i], unit.pieces[i + 1]));
  return parts.join(' ');
}

/** Where the unit begins in the text. */
export function startOf(unit: Unit): number {
  return unit.pieces[0] ?? 0;
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
