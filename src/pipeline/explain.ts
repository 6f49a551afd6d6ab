import type { CatalogueEntry, Explanation } from '../diagnose/catalogue/entry.ts';
import { CATALOGUE } from '../diagnose/catalogue/index.ts';
import { entryOf } from '../diagnose/catalogue/lookup.ts';
import { search, symptomsOf, vocabulary } from '../diagnose/catalogue/search.ts';
import { UsageError } from '../model/errors.ts';
import { nearest } from '../parse/config/nearest.ts';

/** A symptom has a few words; what is longer was pasted by mistake. */
const LONGEST = 200;

/**
 * What a code (`NAT0304`), its number (`304`), a name (`owner-gap`) or the words of a symptom (`dns slow`) stand for, in
 * any case: one entry, or those that fit, the best first; without any the whole catalogue. Needs nothing from outside.
 * @throws UsageError that suggests the nearest for what is none of these
 */
export function explain(subject?: string): Explanation {
  if (subject === undefined) return { kind: 'catalogue', entries: CATALOGUE };
  const query = subject.trim();
  const named = entryOf(query);
  const found = query.length > LONGEST ? null : search(query);
  // 503 is a finding's number, and what most people see in a log.
  const isNumber = /^\d+$/.test(query) && (found?.symptoms.length ?? 0) > 0;
  if (named !== null && !isNumber) return oneEntry(named);
  const entries = [...new Set([...(named === null ? codesIn(query) : [named]), ...(found?.entries ?? [])])];
  const [first, ...others] = entries;
  if (found === null || first === undefined || isMisspelt(query)) throw unknownSubject(query);
  return others.length === 0 ? oneEntry(first) : { kind: 'matches', ...found, entries };
}

function oneEntry(entry: CatalogueEntry): Explanation {
  return { kind: 'entry', entry, symptoms: symptomsOf(entry.code) };
}

/** The findings that are named, where all words name one, or else have letters: a number may be one of another thing. */
function codesIn(query: string): CatalogueEntry[] {
  const words = query.split(/\s+/).map((word) => ({ word, entry: entryOf(word) }));
  const isAll = words.every(({ entry }) => entry !== null);
  return words.flatMap(({ word, entry }) => (entry !== null && (isAll || /[a-z]/i.test(word)) ? [entry] : []));
}

/** One word in the form of a code or a name, which would else find what has a part of it. */
function isMisspelt(query: string): boolean {
  return /^nat\d+$/i.test(query) || (/^[a-z]+(?:-[a-z]+)+$/i.test(query) && nearest(query, names()) !== null);
}

function names(): string[] {
  return CATALOGUE.flatMap(({ code, name }) => [code, name]);
}

function unknownSubject(subject: string): UsageError {
  const meant = subject.length > LONGEST ? null : (nearest(subject, names()) ?? inEachWord(subject.split(/\s+/)));
  const all = 'All codes: istio-nat explain';
  return new UsageError(`There is no finding ${JSON.stringify(subject)}.`, {
    hint: meant === null ? all : `Did you mean ${meant}? ${all}`,
  });
}

/** Every short word is near to another one. */
const SHORTEST = 4;

function inEachWord(words: readonly string[]): string | null {
  const known = vocabulary().filter(({ length }) => length >= SHORTEST);
  const meant = words.flatMap((word) => (word.length < SHORTEST ? [] : (nearest(word, known) ?? [])));
  return meant.length === 0 ? null : meant.join(' ');
}
