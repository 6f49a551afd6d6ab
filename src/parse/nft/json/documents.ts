import { INPUT_LIMITS } from '../../../model/limits.ts';
import { TooMuch } from '../../amounts.ts';
import { numberIn } from '../../lines.ts';
import type { Reporter } from '../reporter.ts';

/** A JSON document inside a text, and the lines on which the elements of its `nftables` array begin. */
export interface JsonDocument {
  readonly text: string;
  readonly line: number;
  readonly elementLines: readonly number[];
}

/** Elements of the array stand at this depth: `{"nftables": [` HERE. */
const ELEMENT_DEPTH = 2;

/**
 * The top-level objects of a text. Whatever stands between them (warnings, prompts) is skipped with a note; an object
 * that is not closed is an error. Linear in the size of the text.
 */
export function findDocuments(text: string, report: Reporter): JsonDocument[] {
  const documents: JsonDocument[] = [];
  const numbered = (line: number) => numberIn(report.numbering, line);
  let offset = 0;
  let line = 1;
  while (offset < text.length) {
    const end = text.indexOf('\n', offset) < 0 ? text.length : text.indexOf('\n', offset);
    const start = offset + (/^[\s\]},;]*/.exec(text.slice(offset, end))?.[0].length ?? 0);
    if (text[start] !== '{') {
      noteOutside(text.slice(offset, end), numbered(line), report);
      offset = end + 1;
      line += 1;
      continue;
    }
    const found = scanObject(text, start, line, report);
    if (found.end === null) {
      const last = text.slice(text.lastIndexOf('\n') + 1);
      report.error(
        { line: numbered(found.line), column: last.length + 1 },
        `the JSON that begins on line ${numbered(line)} is cut off: expected '}'`,
        last,
      );
      return documents;
    }
    const elementLines = found.elementLines.map(numbered);
    documents.push({ text: text.slice(start, found.end), line: numbered(line), elementLines });
    offset = found.end;
    line = found.line;
  }
  return documents;
}

function noteOutside(line: string, number: number, report: Reporter): void {
  const trimmed = line.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return;
  const failed = /^(?:Error|netlink)\b|Operation not permitted|Permission denied/.test(trimmed);
  if (failed) report.error({ line: number, column: 1 }, 'nft reported an error: the listing may be incomplete', line);
  else report.note({ line: number, column: 1 }, `text outside of the JSON was skipped; expected '{'`, line);
}

interface Scan {
  readonly end: number | null;
  readonly line: number;
  readonly elementLines: readonly number[];
}

const STRUCTURE = /[{}[\],\n]|"[^"\\]*(?:\\[\s\S][^"\\]*)*"?/g;

/** Finds the end of the object that begins at `start`, by its brackets outside of strings. */
function scanObject(text: string, start: number, startLine: number, { amounts }: Reporter): Scan {
  const elementLines: number[] = [];
  let line = startLine;
  let depth = 0;
  STRUCTURE.lastIndex = start;
  for (let found = STRUCTURE.exec(text); found !== null; found = STRUCTURE.exec(text)) {
    const piece = found[0];
    if (piece === '\n') line += 1;
    if (piece === ',') amounts.add('values', line);
    if (piece === '{' || piece === '[') {
      if (piece === '{' && depth === ELEMENT_DEPTH) elementLines.push(line);
      depth += 1;
      if (depth > INPUT_LIMITS.depth)
        throw new TooMuch(`objects are nested more than ${INPUT_LIMITS.depth} deep`, line);
    }
    if (piece === '}' || piece === ']') {
      depth -= 1;
      if (depth <= 0) return { end: STRUCTURE.lastIndex, line, elementLines };
    }
  }
  return { end: null, line, elementLines };
}
