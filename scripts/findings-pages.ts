import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CATALOGUE } from '../src/diagnose/catalogue/index.ts';
import { catalogueMarkdown, entryMarkdown } from '../src/report/explain/markdown.ts';

/** Where the pages are, with a final slash. */
export const PAGES_FOLDER = fileURLToPath(new URL('../docs/findings/', import.meta.url));

/** The text of every page by its file name. */
export function findingsPages(): ReadonlyMap<string, string> {
  return new Map([
    ['README.md', catalogueMarkdown(CATALOGUE)],
    ...CATALOGUE.map((entry) => [`${entry.code}.md`, entryMarkdown(entry)] as const),
  ]);
}

/** Writes all pages, and removes those of codes that do not exist. */
async function writePages(): Promise<void> {
  const pages = findingsPages();
  await mkdir(PAGES_FOLDER, { recursive: true });
  const stale = (await readdir(PAGES_FOLDER)).filter((name) => !pages.has(name));
  await Promise.all(stale.map((name) => rm(`${PAGES_FOLDER}${name}`)));
  await Promise.all([...pages].map(([name, text]) => writeFile(`${PAGES_FOLDER}${name}`, text)));
}

// Run as `npx tsx scripts/findings-pages.ts`; the test that compares the pages imports this file.
if (process.argv[1] === fileURLToPath(import.meta.url)) await writePages();
