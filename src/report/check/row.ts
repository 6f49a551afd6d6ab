import { escapeText } from '../escape.ts';
import type { Style } from '../style.ts';
import { indent, labelled, wrap } from '../wrap.ts';

/** A line of a report: what it is about, and what there is to say. */
export interface Row {
  readonly label: string;
  readonly text: string;
}

/** Column where the text after a label starts. */
export const COLUMN = 9;

/** Rows as lines, under the heading that they belong to. */
export function rowLines(rows: readonly Row[], { width }: Style): string[] {
  const lines = rows.flatMap(({ label, text }) => labelled(label, COLUMN, wrap(escapeText(text), width - 2 - COLUMN)));
  return indent(lines, 2);
}
