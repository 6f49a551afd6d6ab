import type { Explanation, Symptom } from '../../diagnose/catalogue/entry.ts';
import { type CatalogueEntry, pageOf, sectionOf } from '../../diagnose/catalogue/index.ts';
import { symptomsOf } from '../../diagnose/catalogue/search.ts';

/** The document that schema/explain.schema.json describes: one entry, the whole catalogue, or what fits. */
export function explanationDocument(answer: Explanation): unknown {
  switch (answer.kind) {
    case 'entry':
      return { schemaVersion: 1, ...published(answer.entry) };
    case 'catalogue':
      return { schemaVersion: 1, entries: answer.entries.map(published) };
    case 'matches': {
      const { symptoms, entries, kind: _, ...rest } = answer;
      return { schemaVersion: 1, ...rest, symptoms: symptoms.map(publishedSymptom), entries: entries.map(published) };
    }
  }
}

function published(entry: CatalogueEntry) {
  const runbook = symptomsOf(entry.code).map(({ title }) => sectionOf(title));
  return { ...entry, page: pageOf(entry.code), runbook };
}

function publishedSymptom({ title, codes }: Symptom) {
  return { title, section: sectionOf(title), codes };
}
