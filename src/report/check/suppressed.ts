import type { CheckReport, Suppressed } from '../../model/report.ts';
import { escapeText } from '../escape.ts';
import { type Style, symbol } from '../style.ts';
import { count } from '../words.ts';
import { clip, indent, wrap } from '../wrap.ts';

const LONGEST_REASON = 200;

/** What was found and is suppressed, with who says so: a line or two for each, whatever it is about. */
export function suppressedLines({ suppressed = [] }: CheckReport, style: Style): string[] {
  if (suppressed.length === 0) return [];
  return [style.chalk.bold('Suppressed'), ...suppressed.flatMap((one) => indent(lineOf(one, style), 2))];
}

/** What is suppressed, why, by which line, and until when, in a sentence that quotes as it was written. */
export function suppressedText({ code, severity, title, reason, expires, entry }: Suppressed): string {
  const until = expires === undefined ? '' : `, until ${expires}`;
  return `${code} ${severity}: ${title}: ${clip(reason, LONGEST_REASON)} (${entry.file}:${entry.line}${until})`;
}

function lineOf(one: Suppressed, { chalk, width }: Style): string[] {
  return wrap(escapeText(suppressedText(one)), width - 4).map(
    (line, index) => `${index === 0 ? symbol('skipped', chalk) : ' '} ${line}`,
  );
}

/** `, apart from 2 suppressed findings`: a verdict never sounds better than what was found. */
export function apartFromSuppressed({ suppressed = [] }: CheckReport): string {
  return suppressed.length === 0 ? '' : `, apart from ${count(suppressed.length, 'suppressed finding')}`;
}
