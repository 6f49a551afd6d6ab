import type { Explanation, Matches, Symptom } from '../../diagnose/catalogue/entry.ts';
import {
  type CatalogueEntry,
  type Confirmation,
  pageOf,
  READING_NOTES,
  sectionOf,
} from '../../diagnose/catalogue/index.ts';
import { SYMPTOMS } from '../../diagnose/catalogue/symptoms.ts';
import { escapeText } from '../escape.ts';
import { type ReportOptions, type Style, styleOf, symbol } from '../style.ts';
import { clip, indent, labelled, wrap, wrapProse } from '../wrap.ts';
import { suppressionOf } from './suppression.ts';

/** What stands for the severity of codes that make a check undetermined. */
export const NO_SEVERITY = 'undetermined';

const LABEL = 10;
const CODE = 9;
const SEVERITY = 14;
const LONGEST_TITLE = Math.max(...SYMPTOMS.map(({ title }) => title.length));

/** What `explain` prints: one entry, or the table of all codes. */
export function explanationTable(answer: Explanation, options: ReportOptions): string {
  switch (answer.kind) {
    case 'entry':
      return explainTable(answer.entry, answer.symptoms, options);
    case 'catalogue':
      return catalogueTable(answer.entries, options);
    case 'matches':
      return matchesTable(answer, options);
  }
}

/** The entry as a page for the terminal. Commands are never broken, so that they can be copied. */
function explainTable(entry: CatalogueEntry, symptoms: readonly Symptom[], options: ReportOptions): string {
  const style = styleOf(options);
  const { chalk } = style;
  const lines = [
    `${symbol(entry.severity ?? NO_SEVERITY, chalk)} ${chalk.bold(`${entry.code}  ${entry.name}`)}`,
    ...wrapped(entry.title, 2, style),
    '',
    ...facts(entry, symptoms, style),
    ...section('Meaning', wrapped(entry.meaning, 2, style), style),
    ...section('Likely causes, the most frequent first', causes(entry, style), style),
    ...section(
      'To confirm it by hand',
      entry.confirm.flatMap((each) => confirmation(each, style)),
      style,
    ),
    ...section('Remedy', numbered(entry.remedy, style), style),
    ...(entry.severity === null
      ? []
      : section('To accept it, in a file for check --suppress', indent(suppressionOf(entry), 4), style)),
    ...section(
      'Before you look',
      READING_NOTES.flatMap((note) => bullet('-', note, style)),
      style,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** All codes with severity and title, a line each where the width allows, grouped by subject. */
function catalogueTable(entries: readonly CatalogueEntry[], options: ReportOptions): string {
  const style = styleOf(options);
  const lines = entries.flatMap((entry, position) => {
    const heading = ['', style.chalk.bold(entry.group)].slice(position === 0 ? 1 : 0);
    return [...(entries[position - 1]?.group === entry.group ? [] : heading), ...row(entry, style)];
  });
  return `${[...lines, '', 'More about one: istio-nat explain CODE'].join('\n')}\n`;
}

/** What fits the words of a question: where the runbook has it, and the findings that may be behind it. */
function matchesTable({ symptoms, entries, more, unknown }: Matches, options: ReportOptions): string {
  const style = styleOf(options);
  const { chalk } = style;
  const sections = symptoms.flatMap(({ title }) => indent(labelled(title, LONGEST_TITLE + 2, [sectionOf(title)]), 2));
  const found = entries.flatMap((entry) => row(entry, style));
  return `${[
    ...(symptoms.length === 0 ? [] : [chalk.bold('In the runbook'), ...sections, '']),
    chalk.bold('Findings that may be behind it, the most likely first'),
    ...found,
    ...(more === 0 ? [] : [`  … and ${more} more; another word narrows them down`]),
    ...(unknown.length === 0 ? [] : ['', escapeText(`Found nowhere: ${clip(unknown.join(', '), 60)}`)]),
    '',
    'More about one: istio-nat explain CODE',
  ].join('\n')}\n`;
}

/** The releases an entry applies to, in words: `1.24 and later`, `1.0 to 1.9`. */
export function releases(entry: Pick<CatalogueEntry, 'since' | 'until'>): string {
  return entry.until === null ? `${entry.since} and later` : `${entry.since} to ${entry.until}`;
}

function row(entry: CatalogueEntry, style: Style): string[] {
  const severity = entry.severity ?? NO_SEVERITY;
  const title = wrap(entry.title, style.width - 4 - CODE - SEVERITY);
  const [first = '', ...others] = labelled(`${entry.code.padEnd(CODE)}${severity}`, CODE + SEVERITY, title);
  return [`  ${symbol(severity, style.chalk)} ${first}`, ...indent(others, 4)];
}

function facts(entry: CatalogueEntry, symptoms: readonly Symptom[], style: Style): string[] {
  const rows: readonly (readonly [string, string])[] = [
    ['Severity', entry.severity ?? 'none: the check has no answer (exit code 3)'],
    ['Istio', releases(entry)],
    ['Needs', entry.rights],
    ['Page', pageOf(entry.code)],
    ...symptoms.map(({ title }) => ['Runbook', sectionOf(title)] as const),
  ];
  return rows.flatMap(([label, text]) => indent(labelled(label, LABEL, wrap(text, style.width - 2 - LABEL)), 2));
}

/** Each cause, and under it what tells it from the others. */
function causes({ causes: all, distinguish }: CatalogueEntry, style: Style): string[] {
  return all.flatMap((text, position) => {
    const tell = distinguish.find(({ cause }) => cause === text)?.tell;
    return [
      ...bullet(`${position + 1}.`, text, style),
      ...(tell === undefined ? [] : wrapped(`To tell: ${tell}`, 5, style)),
    ];
  });
}

function section(heading: string, lines: readonly string[], style: Style): string[] {
  return ['', style.chalk.bold(heading), ...lines];
}

function confirmation({ command, lookFor }: Confirmation, style: Style): string[] {
  return [`  $ ${style.chalk.cyan(command)}`, ...wrapped(`Look for: ${lookFor}.`, 4, style)];
}

function numbered(texts: readonly string[], style: Style): string[] {
  return texts.flatMap((text, position) => bullet(`${position + 1}.`, text, style));
}

function bullet(sign: string, text: string, style: Style): string[] {
  return indent(labelled(sign, 3, wrapProse(text, style.width - 5)), 2);
}

function wrapped(text: string, columns: number, style: Style): string[] {
  return indent(wrapProse(text, style.width - columns), columns);
}
