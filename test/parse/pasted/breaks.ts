import type { Wrap } from './wrappers.ts';

/** A terminal breaks at its edge, wherever that is; what is copied from it has no blanks at the ends of lines. */
export function atEdge(width: number): Wrap {
  return (lines) =>
    lines.flatMap((line) =>
      line === '' ? [''] : (line.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []).map((piece) => piece.trimEnd()),
    );
}

/** Mail programs break at the last blank that fits. */
export function atBlanks(width: number): Wrap {
  return (lines) => lines.flatMap((line) => brokenAtBlanks(line, width));
}

function brokenAtBlanks(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const at = line.lastIndexOf(' ', width);
  const end = at > line.length - line.trimStart().length ? at : line.indexOf(' ', width);
  return end < 0 ? [line] : [line.slice(0, end), ...brokenAtBlanks(line.slice(end + 1), width)];
}
