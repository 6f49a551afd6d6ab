import { CATALOGUE } from '../diagnose/catalogue/index.ts';
import { entryOf } from '../diagnose/catalogue/lookup.ts';
import type { Found } from '../diagnose/finding.ts';
import type { CheckReport, Suppressed, SuppressionWarning } from '../model/report.ts';
import { nearest } from '../parse/config/nearest.ts';
import type { Entry } from './entry.ts';
import { beyond, elsewhere, type PodName } from './match.ts';

/** What is suppressed of which pod. */
export interface Suppressions {
  readonly entries: readonly Entry[];
  /** `YYYY-MM-DD`. */
  readonly today: string;
}

/** The findings that are left, and what is told of the others. */
export interface Sifted extends Pick<CheckReport, 'suppressed' | 'suppressions'> {
  readonly kept: readonly Found[];
}

/** Takes out of the findings what is known, and says of each entry that did nothing why. */
export function sift(findings: readonly Found[], { entries, today }: Suppressions, name: PodName): Sifted {
  const live = entries.filter((entry) => isOfUse(entry, today) && elsewhere(entry.selector, name) === null);
  const pairs = findings.map((found) => [found, live.find((entry) => covers(entry, found))] as const);
  return {
    kept: pairs.flatMap(([found, entry]) => (entry === undefined ? [found] : [])),
    suppressed: pairs.flatMap(([found, entry]) => (entry === undefined ? [] : [told(found, entry)])),
    suppressions: { warnings: entries.flatMap((entry) => warningOf(entry, findings, today, name) ?? []) },
  };
}

function isOfUse(entry: Entry, today: string): boolean {
  return uselessness(entry, today) === null;
}

function covers(entry: Entry, found: Found): boolean {
  return entryOf(entry.code)?.code === found.code && beyond(entry.selector, found) === null;
}

function told({ code, severity, title, message }: Found, { reason, expires, file, line }: Entry): Suppressed {
  return { code, severity, title, message, reason, ...(expires !== undefined && { expires }), entry: { file, line } };
}

function warningOf(entry: Entry, findings: readonly Found[], today: string, name: PodName): SuppressionWarning | null {
  const message = uselessness(entry, today) ?? whyUnused(entry, findings, name);
  return message === null ? null : { file: entry.file, line: entry.line, message };
}

/** Why an entry counts for no pod. */
function uselessness({ code, expires }: Entry, today: string): string | null {
  const known = entryOf(code);
  if (known === null) return unknownCode(code);
  if (known.severity === null) return `${code} says that something could not be seen, which nothing suppresses`;
  return expires !== undefined && expires < today ? `the suppression of ${code} expired on ${expires}` : null;
}

function unknownCode(code: string): string {
  const names = CATALOGUE.flatMap((entry) => [entry.code, entry.name]);
  const meant = nearest(code, names);
  return `there is no finding ${JSON.stringify(code)}${meant === null ? '' : `; did you mean ${meant}?`}`;
}

/** One file may serve many pods, so an entry for another one is not worth a word. */
function whyUnused(entry: Entry, findings: readonly Found[], name: PodName): string | null {
  const of = elsewhere(entry.selector, name);
  if (of === 'another pod' || (of === null && findings.some((found) => covers(entry, found)))) return null;
  if (of !== null) return `suppresses nothing: the ${of.unknown} that these rules are of is not known here`;
  const same = findings.find(({ code }) => code === entryOf(entry.code)?.code);
  if (same === undefined) return `suppresses nothing: there is no ${entry.code} here`;
  return `suppresses nothing: ${entry.code} is here, and ${beyond(entry.selector, same)}`;
}
