import { type CatalogueEntry, pageOf } from '../../diagnose/catalogue/index.ts';
import { jsonDocument } from '../json.ts';

/** One entry as the JSON document that schema/explain.schema.json describes, with a final new line. */
export function entryJson(entry: CatalogueEntry): string {
  return jsonDocument({ schemaVersion: 1, ...published(entry) });
}

/** The whole catalogue as the JSON document that schema/explain.schema.json describes, with a final new line. */
export function catalogueJson(entries: readonly CatalogueEntry[]): string {
  return jsonDocument({ schemaVersion: 1, entries: entries.map(published) });
}

function published(entry: CatalogueEntry): CatalogueEntry & { readonly page: string } {
  return { ...entry, page: pageOf(entry.code) };
}
