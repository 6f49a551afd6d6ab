import type { Explanation } from '../../diagnose/catalogue/entry.ts';
import { type CatalogueEntry, READING_NOTES, sectionOf } from '../../diagnose/catalogue/index.ts';
import { symptomsOf } from '../../diagnose/catalogue/search.ts';
import { suppressionOf } from './suppression.ts';
import { NO_SEVERITY, releases } from './table.ts';

/** What `explain -o markdown` prints. */
export function explanationMarkdown(answer: Explanation): string {
  return answer.kind === 'entry' ? entryMarkdown(answer.entry) : catalogueMarkdown(answer.entries);
}

/** The page about one code: docs/findings/NAT….md, and `explain CODE -o markdown`. */
export function entryMarkdown(entry: CatalogueEntry): string {
  return document([
    `# ${entry.code}: ${entry.title}`,
    table(
      ['Name', 'Severity', 'Istio', 'Rights needed'],
      [[`\`${entry.name}\``, entry.severity ?? NO_SEVERITY, releases(entry), entry.rights]],
    ),
    ...(entry.severity === null
      ? ['This says nothing about the pod: the check has no answer and ends with exit code 3.']
      : []),
    `## Meaning\n\n${entry.meaning}`,
    `## Likely causes\n\nThe most frequent first.\n\n${causes(entry)}`,
    `## To confirm it by hand\n\n${entry.confirm.map(confirmation).join('\n\n')}`,
    `## Remedy\n\n${numbered(entry.remedy)}`,
    ...(entry.severity === null ? [] : [`## To accept it\n\n${suppression(entry)}`]),
    `## Before you look\n\n${READING_NOTES.map((note) => `- ${note}`).join('\n')}`,
    ['[All findings](README.md)', ...symptomsOf(entry.code).map(({ title }) => `[${title}](${fromPages(title)})`)].join(
      ' · ',
    ),
  ]);
}

/** The table of all codes: docs/findings/README.md, and `explain -o markdown`. */
export function catalogueMarkdown(entries: readonly CatalogueEntry[]): string {
  const groups = [...new Set(entries.map((entry) => entry.group))];
  return document([
    '# Findings',
    'Every finding of istio-nat has a code that stays the same. `istio-nat explain CODE` prints these pages without a network.',
    'The severity is the default one. A code that is `undetermined` says nothing about the pod: it tells why there is no answer.',
    ...groups.map((group) => `## ${group}\n\n${groupTable(entries.filter((entry) => entry.group === group))}`),
  ]);
}

function groupTable(entries: readonly CatalogueEntry[]): string {
  return table(
    ['Code', 'Severity', 'Name', 'What it says', 'Istio'],
    entries.map((entry) => [
      `[${entry.code}](${entry.code}.md)`,
      entry.severity ?? NO_SEVERITY,
      `\`${entry.name}\``,
      entry.title,
      releases(entry),
    ]),
  );
}

function confirmation({ command, lookFor }: CatalogueEntry['confirm'][number]): string {
  return `\`\`\`sh\n${command}\n\`\`\`\n\nLook for ${lookFor}.`;
}

/** Each cause, and under it what tells it from the others. */
function causes({ causes: all, distinguish }: CatalogueEntry): string {
  const told = all.map((text) => {
    const tell = distinguish.find(({ cause }) => cause === text)?.tell;
    return tell === undefined
      ? text
      : `${text}\\
   *To tell:* ${tell}`;
  });
  return numbered(told);
}

function suppression(entry: CatalogueEntry): string {
  const example = ['```yaml', ...suppressionOf(entry), '```'].join('\n');
  return `An entry for the file of \`istio-nat check --suppress\` ([how](../suppressions.md)):\n\n${example}`;
}

/** The section of the runbook, from the folder of the pages. */
function fromPages(title: string): string {
  return sectionOf(title).replace(/^docs/, '..');
}

function numbered(texts: readonly string[]): string {
  return texts.map((text, position) => `${position + 1}. ${text}`).join('\n');
}

/** A `|` would end a cell, even between backticks. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

function document(blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`;
}
