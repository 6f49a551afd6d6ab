/** A line of a pasted text, on its way out of what is wrapped around it. */
export interface PastedLine {
  /** 1-based, in the text as it was saved. Lines that came out of one have the same. */
  readonly number: number;
  readonly text: string;
  /** How wide it was in the text: a terminal breaks lines at its edge. */
  readonly width: number;
  /** Whose output it is, where a log holds that of several containers. */
  readonly stream: string;
  /** What is known to be missing in front of it. */
  readonly lost?: string;
  /** It reaches the edge of the frame that was around it, which may have cut it. */
  readonly full?: true;
}

/** The lines of a text. */
export function pastedLines(text: string): PastedLine[] {
  const texts = text.split('\n');
  // The end of the last line begins no other.
  if (texts.at(-1) === '') texts.pop();
  return texts.map((line, at) => ({ number: at + 1, text: withoutEnd(line), width: line.length, stream: '' }));
}

/** Blanks at the end stay: a line may go on in the next record of a log. */
function withoutEnd(line: string): string {
  const text = line.endsWith('\r') ? line.replace(/\r+$/, '') : line;
  return text.trim() === '' ? '' : text;
}
