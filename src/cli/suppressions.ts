import type { Outside } from '../collect/outside.ts';
import { UsageError } from '../model/errors.ts';
import { INPUT_LIMITS } from '../model/limits.ts';
import { type Entry, EXAMPLE_ENTRY } from '../suppress/entry.ts';
import { parseEntries } from '../suppress/parse.ts';
import type { Suppressions } from '../suppress/sift.ts';

/** More of the same says nothing new. */
const MOST_ERRORS = 20;

/**
 * What the files suppress on the day of `now`, by the clock of Greenwich: pipelines run anywhere.
 * @throws UsageError when a file cannot be read or is malformed: what is meant to be known would fail, or more would pass
 */
export async function readSuppressions(files: readonly string[], outside: Outside, now: Date): Promise<Suppressions> {
  const entries: Entry[] = [];
  for (const file of files) entries.push(...(await entriesOf(file, outside)));
  return { entries, today: now.toISOString().slice(0, 10) };
}

async function entriesOf(file: string, outside: Outside): Promise<readonly Entry[]> {
  if (file === '-') throw new UsageError('--suppress: standard input is for rules.', { hint: 'Name a file.' });
  const content = await outside.readInput(file, { maxBytes: INPUT_LIMITS.suppressionBytes });
  if (!('text' in content)) throw new UsageError(`--suppress ${file}: ${content.message}`);
  const { entries, errors } = parseEntries(content.text, file);
  if (errors.length === 0) return entries;
  const lines = errors.slice(0, MOST_ERRORS).map(({ line, message }) => `--suppress ${file}:${line}: ${message}`);
  const more = errors.length > MOST_ERRORS ? [`and ${errors.length - MOST_ERRORS} more`] : [];
  throw new UsageError([...lines, ...more].join('\n'), { hint: `An entry as it should be: ${EXAMPLE_ENTRY}` });
}
