import type { Explanation } from '../../diagnose/catalogue/entry.ts';
import { type CatalogueEntry, pageOf } from '../../diagnose/catalogue/index.ts';

/** The document that schema/explain.schema.json describes: one entry, or the whole catalogue. */
export function explanationDocument(answer: Explanation): unknown {
  if (answer.kind === 'entry') return { schemaVersion: 1, ...published(answer.entry) };
  return { schemaVersion: 1, entries: answer.entries.map(published) };
}

function published(entry: CatalogueEntry): CatalogueEntry & { readonly page: string } {
  return { ...entry, page: pageOf(entry.code) };
}
