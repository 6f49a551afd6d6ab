import { CATALOGUE, type CatalogueEntry } from './index.ts';

/** The entry that a code (`NAT0304`), its number (`304`, `0304`) or a name (`owner-gap`) stands for, in any case. */
export function entryOf(text: string): CatalogueEntry | null {
  const wanted = text.trim().toLowerCase();
  const [, digits] = /^(?:nat)?(\d{3,4})$/.exec(wanted) ?? [];
  const code = digits === undefined ? null : `NAT${digits.padStart(4, '0')}`;
  return CATALOGUE.find((entry) => entry.code === code || entry.name === wanted) ?? null;
}
