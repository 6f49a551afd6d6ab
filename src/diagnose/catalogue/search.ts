import type { CatalogueEntry, Matches, Symptom } from './entry.ts';
import { CATALOGUE } from './index.ts';
import { SYMPTOMS } from './symptoms.ts';

/** As many lines as somebody reads. */
const MOST = 8;

/** Words that every text has. */
const EMPTY = new Set(
  'a after an and are at by can cannot do does for from has have in is it its no not of on one only or the to when why with'.split(
    ' ',
  ),
);

/** What a place is worth: a symptom's findings come in its own order. */
const WORTH = { title: 6, symptom: 8, text: 1 } as const;

/** The symptoms that a finding may be behind. */
export function symptomsOf(code: CatalogueEntry['code']): Symptom[] {
  return SYMPTOMS.filter(({ codes }) => codes.includes(code));
}

/** Entries and symptoms that fit the words best, whatever the order of the words; none where no word is known. */
export function search(query: string): Matches {
  const words = [...new Set(stemsOf(query))];
  const symptoms = best(SYMPTOMS, (symptom) => words.map((word) => (isOf(word, symptom) ? 1 : 0)));
  const entries = best(CATALOGUE, (entry) => words.map((word) => worthOf(word, entry, symptoms)));
  const more = Math.max(0, entries.length - MOST);
  return { query, symptoms, entries: entries.slice(0, MOST), more, unknown: wordsOf(query).filter(isUnknown) };
}

/** All words by which something can be found. */
export function vocabulary(): string[] {
  return [...new Set([...SYMPTOMS.map(textOf), ...CATALOGUE.map(({ name }) => name)].flatMap(wordsOf))];
}

/** Those that have the most of the words, the best place of a word first. `worth`: of each word, 0 where it is not there. */
function best<T>(all: readonly T[], worth: (each: T) => readonly number[]): T[] {
  const scored = all.map((each) => ({ each, found: worth(each).filter((place) => place > 0) }));
  const most = Math.max(...scored.map(({ found }) => found.length));
  return scored
    .filter(({ found }) => most > 0 && found.length === most)
    .toSorted((a, b) => Math.max(...b.found) - Math.max(...a.found))
    .map(({ each }) => each);
}

function worthOf(word: string, entry: CatalogueEntry, symptoms: readonly Symptom[]): number {
  const { code, name, title, group, meaning, causes } = entry;
  const ranks = symptoms.flatMap((symptom) => {
    const rank = symptom.codes.indexOf(code);
    return rank >= 0 && isOf(word, symptom) ? [WORTH.symptom - rank / 10] : [];
  });
  const heading = stemsOf(`${code} ${name} ${title} ${group}`).includes(word) ? WORTH.title : 0;
  const text = stemsOf(`${meaning} ${causes.join(' ')}`).includes(word) ? WORTH.text : 0;
  return Math.max(heading, text, ...ranks);
}

/** Whether no text has a word. */
function isUnknown(word: string): boolean {
  const [stem = ''] = stemsOf(word);
  return !SYMPTOMS.some((symptom) => isOf(stem, symptom)) && !CATALOGUE.some((entry) => worthOf(stem, entry, []) > 0);
}

function isOf(word: string, symptom: Symptom): boolean {
  return stemsOf(textOf(symptom)).includes(word);
}

function textOf({ title, words }: Symptom): string {
  return `${title} ${words}`;
}

/** Words without their endings, so that `probe` finds probes and `refused` finds refuses. */
function stemsOf(text: string): string[] {
  return wordsOf(text).map((word) => (word.length < 5 ? word : word.replace(/(?:ies|ing|ed|es|e|s|ly)$/, '')));
}

function wordsOf(text: string): string[] {
  const words = text.toLowerCase().split(/[^\p{L}\p{N}._]+/u);
  return words.map((word) => word.replaceAll(/^[._]+|[._]+$/g, '')).filter((word) => word !== '' && !EMPTY.has(word));
}
