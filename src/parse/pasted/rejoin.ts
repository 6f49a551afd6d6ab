import type { PastedLine } from './line.ts';

/** How one form of output is put together again where its lines were broken. */
export interface Form {
  /** Is told every line that is kept, one after the other. */
  readonly saw: (line: string) => void;
  /** Whether a line begins something that may have been broken. */
  readonly begins: (line: string) => boolean;
  /** Whether a line may be the rest of another. */
  readonly continues: (line: string) => boolean;
  /** What a whole line says, the same text for the same meaning; null when it is not a whole line of the form. */
  readonly meaning: (line: string) => string | null;
  /** Which of the pieces there has to be: the tool itself breaks lines as well. Any, if left out. */
  readonly shows?: (line: string) => boolean;
  /** Whether a line that could not be joined is a piece of the form's output, and no prose. */
  readonly isPiece: (line: string) => boolean;
}

/** More pieces than a window or a mail of forty columns makes of the longest rule of Istio's. */
const MOST_PIECES = 6;
/** Attempts in one text: a hostile one could have a million lines that look broken. */
const MOST_ATTEMPTS = 4_000;
/** No window and no mail is narrower. */
const NARROWEST = 38;

/**
 * Lines that a terminal or a mail program broke, whole again. The pieces are joined where they make one line of the form
 * in one way only, with a blank between them (mail breaks at blanks) or without (a terminal at its edge, in the middle of
 * a word). A piece that fits nowhere is a loss.
 */
export function rejoined(lines: readonly PastedLine[], form: Form): readonly PastedLine[] {
  const edge = edgeOf(lines);
  const result: PastedLine[] = [];
  let attempts = 0;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    if (line === undefined) break;
    const pieces = form.begins(line.text) ? piecesAt(lines, at, form) : [line];
    const joined = pieces.length < 2 || attempts > MOST_ATTEMPTS ? null : joinMost(pieces, edge, form);
    if (pieces.length > 1) attempts += 1;
    for (const kept of joined === null ? alone(line, pieces, form) : [joined.line]) {
      form.saw(kept.text);
      result.push(kept);
    }
    at += joined === null ? pieces.length - 1 : joined.count - 1;
  }
  return result;
}

interface Edge {
  readonly width: number;
  /** So many lines end there that something breaks them all at that place. */
  readonly hard: boolean;
}

function edgeOf(lines: readonly PastedLine[]): Edge {
  const width = lines.reduce((most, line) => Math.max(most, line.width), NARROWEST);
  return { width, hard: lines.filter((line) => line.width === width).length > 2 };
}

function piecesAt(lines: readonly PastedLine[], at: number, { continues }: Form): PastedLine[] {
  let end = at + 1;
  while (end < lines.length && end - at < MOST_PIECES && lines[end]?.text !== '' && continues(lines[end]?.text ?? ''))
    end += 1;
  return lines.slice(at, end);
}

interface Joined {
  readonly line: PastedLine;
  readonly count: number;
}

/** As many of the pieces as make one line. */
function joinMost(pieces: readonly PastedLine[], edge: Edge, form: Form): Joined | null {
  const [first, ...others] = pieces;
  if (form.shows !== undefined && !others.some(({ text }) => form.shows?.(text))) return null;
  for (let count = pieces.length; count > 1 && first !== undefined; count -= 1) {
    const texts = ways(pieces.slice(0, count), edge);
    const meant = texts.flatMap((text) => {
      const meaning = form.meaning(text);
      return meaning === null ? [] : [{ text, meaning }];
    });
    const alike = meant.every(({ meaning }) => meaning === meant[0]?.meaning);
    // Where a terminal broke them all, no blank is lost at its edge: it would stand in front of the next piece.
    const one = alike ? meant[0] : edge.hard && meant.at(-1)?.text === texts.at(-1) ? meant.at(-1) : undefined;
    if (one === undefined) continue;
    const { full: _, ...line } = first;
    const last = pieces[count - 1];
    return { line: { ...line, text: one.text, ...(last?.full === undefined ? {} : { full: true }) }, count };
  }
  return null;
}

/** The lines that the pieces may have been. */
function ways(pieces: readonly PastedLine[], edge: Edge): string[] {
  return pieces.reduce<string[]>((texts, piece, at) => {
    const before = pieces[at - 1];
    if (before === undefined) return [piece.text];
    const atEdge = before.full === true || before.width >= edge.width;
    const glued = atEdge ? texts.map((text) => text + piece.text) : [];
    return [...texts.map((text) => `${text.trimEnd()} ${piece.text.trimStart()}`), ...glued];
  }, []);
}

/** Lines that could not be joined: the second may be the rest of the first, of which then the end is missing. */
function alone(line: PastedLine, pieces: readonly PastedLine[], { isPiece }: Form): readonly PastedLine[] {
  const [, rest, ...others] = pieces;
  const first = line.full === true ? { ...line, lost: CUT } : line;
  if (rest === undefined) return [first];
  return [first, isPiece(rest.text) ? { ...rest, lost: BROKEN } : rest, ...others];
}

const BROKEN = 'this looks like the rest of the line before it, and the two make no line together';
const CUT = 'this line fills the frame that is around it, which may have cut its end';
