import type { Wrapper } from './wrapper.ts';

const BORDER =
  /^[\s]*[\u250c-\u254f\u2554-\u2570\u2500-\u2501\u2550][^A-Za-z0-9]*(?:[\u2500\u2501\u2550].*)?[\u2500-\u257f]?\s*$/;
const SIDES = /^\s*[\u2502\u2503\u2551\u258f\u258c] ?(.*?)(\s*)([\u2502\u2503\u2551\u2595\u2590])?$/;

/** Frames of lines around what a program shows on a terminal (k9s, lens, tmux): the sides go, borders become blank lines. */
export const frame: Wrapper = (line) => {
  const [, text, gap, side] = SIDES.exec(line) ?? [];
  if (text !== undefined) return { text, ...(side !== undefined && gap === '' && text !== '' ? { full: true } : {}) };
  return BORDER.test(line) ? { text: '' } : null;
};

/** The `>` of a quoted mail, which stands at the edge: behind an indentation it is part of the line. */
export const quotation: Wrapper = (line) => {
  const all = /^ ?>(?:[ >]*>)? ?/.exec(line)?.[0];
  return all === undefined ? null : { text: line.slice(all.length) };
};
