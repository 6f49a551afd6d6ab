/** A line of a text, with its 1-based number. */
export interface Line {
  readonly number: number;
  /** Blanks at its end left out. */
  readonly text: string;
}

/** The numbers that the lines of a text have in another, out of which they were taken. */
export type Numbering = readonly number[];

/** The number of a line in the text that somebody saved. */
export function numberIn(numbering: Numbering | undefined, line: number): number {
  return numbering?.[line - 1] ?? line;
}

/** The lines of a text that are not blank, one after the other: of millions of empty ones nothing is kept. */
export function* linesOf(text: string, numbering?: Numbering): Generator<Line> {
  let number = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    number += 1;
    const line = end > start ? text.slice(start, end).trimEnd() : '';
    if (line !== '') yield { number: numberIn(numbering, number), text: line };
    start = end + 1;
  }
}
