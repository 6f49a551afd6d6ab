import { outsideQuotes } from './characters.ts';
import type { PastedLine } from './line.ts';

/** Hyphens, dashes and the minus sign: what mail and chat programs make of `-` and `--`. */
const DASHES = '\\u2010-\\u2015\\u2212\\ufe58\\ufe63\\uff0d';
const ANY_DASH = new RegExp(`[${DASHES}]`);
const LEADING = new RegExp(`(^|[ \\t])([-${DASHES}]+)(?=([A-Za-z][\\w-]*|[ \\t]|$))`, 'g');
/** `--uid-owner` has one more. */
const WITHIN_OPTION = new RegExp(`(?<=^|[ \\t])--[a-z]+(?:[-${DASHES}][a-z]+)+`, 'g');
const EACH_DASH = new RegExp(`[${DASHES}]`, 'g');
/** In a range of addresses or ports. */
const BETWEEN_DIGITS = new RegExp(`(?<=\\d)[${DASHES}](?=\\d)`, 'g');
/** Behind these stands a name, which may begin with anything. */
const BEFORE_NAME =
  /(?:^|\s)(?:-[ANPEgjiosd]|--(?:comment|jump|goto|match-set|log-prefix|in-interface|out-interface))\s+$/;
const SMART_QUOTES = /[\u201c\u201d\u201e\u201f]/g;

/**
 * Lines in which dashes of typography are read where only `-` or `--` can have stood: at the beginning of an option, or
 * alone in a column. Where a text has had some of its dashes changed, what is left of them is reported.
 */
export function plainDashes(lines: readonly PastedLine[]): readonly PastedLine[] {
  let changed = false;
  const plain = lines.map((line) => {
    const text = withPlainDashes(line.text);
    if (text === line.text) return line;
    changed = true;
    return { ...line, text };
  });
  return changed ? plain.map(withRemark) : lines;
}

function withPlainDashes(line: string): string {
  const quoted = line.replace(SMART_QUOTES, '"');
  if (!ANY_DASH.test(quoted)) return quoted;
  return outsideQuotes(quoted, (text) =>
    text.replace(LEADING, plainDash).replace(WITHIN_OPTION, hyphens).replace(BETWEEN_DIGITS, '-'),
  );
}

function plainDash(found: string, blank: string, dashes: string, word: string, at: number, text: string): string {
  if (!ANY_DASH.test(dashes)) return found;
  if (word.trim() === '') return `${blank}${text.trimStart().startsWith(':') ? '-' : '--'}`;
  if (BEFORE_NAME.test(text.slice(0, at + blank.length))) return found;
  return `${blank}${word.length === 1 ? '-' : '--'}`;
}

function hyphens(option: string): string {
  return option.replace(EACH_DASH, '-');
}

function withRemark(line: PastedLine): PastedLine {
  let left: string | undefined;
  outsideQuotes(line.text, (text) => {
    left ??= ANY_DASH.exec(text)?.[0];
    return text;
  });
  if (left === undefined || !/\s-{1,2}[A-Za-z]|^\s*[-:]/.test(line.text)) return line;
  const code = left.charCodeAt(0).toString(16).toUpperCase();
  return { ...line, lost: `it has U+${code} in place of a dash that a tool printed, and which one cannot be told` };
}
