import type { Diagnostic } from '../model/diagnostic.ts';

/** No window and no `cut` is narrower. */
const NARROWEST = 38;
/** As many lines as hardly ever have the same length by chance, if that is the greatest. */
const MANY = 3;
/** Of rows of a listing one is enough, whose last words mean nothing. */
const UNKNOWN_WORDS = / is not understood: /;

/**
 * An error where something seems to have cut lines off at a column: many lines end there, none goes beyond, and one of
 * them is not understood. What the others lost may read like something else: `--to-ports 150`.
 */
export function cutAtColumn(text: string, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const told = diagnostics.filter(({ severity }) => severity === 'note');
  if (told.length === 0) return [];
  const widths = text.split('\n').map((line) => line.trimEnd().length);
  const widest = widths.reduce((most, width) => Math.max(most, width), 0);
  // A blank at the edge is gone.
  const isAtEdge = (width: number) => width >= widest - 1;
  const first = told.find((one) => isAtEdge(one.text.trimEnd().length));
  if (first === undefined || widest < NARROWEST) return [];
  if (widths.filter(isAtEdge).length < MANY && !UNKNOWN_WORDS.test(first.message)) return [];
  const message = `lines end at column ${widest}, where something may have cut them off: ${first.message}`;
  return [{ ...first, message, severity: 'error' }];
}

/** What people and programs write where they left something out; dots behind words of prose mean nothing. */
const ELISION =
  /^\s*[[(<-]*\s*(?:\.{3,}|\u2026|snip|truncated|output truncated|cut|more)\s*[\])>-]*\s*$|^\s*(?:-A |:|\[?\d).*(?:\u2026|\.{3}|[^\s>]>)\s*$|^--More--/i;

/** Where lines of nft end in what pagers and people write there; a line of a rule is indented. */
const NFT_ELISION = /^\s+\S.*(?:\u2026|\.{3}|[^\s>]>)\s*$/;

/** What is known of the place of a line, by its index. */
type PlaceOf = (at: number) => Pick<Diagnostic, 'source' | 'line'>;

/** An error for the first line that says itself that something was left out there. */
export function elided(text: string, line: PlaceOf): Diagnostic[] {
  return firstLine(text, line, 'something was left out here', (one) => ELISION.test(one));
}

/** The same for what nft prints, which has other lines. */
export function elidedNft(text: string, line: PlaceOf): Diagnostic[] {
  return firstLine(text, line, 'the end of this line was left out', (one) =>
    NFT_ELISION.test(one.replace(COMMENTS, '')),
  );
}

function firstLine(text: string, line: PlaceOf, message: string, is: (line: string) => boolean): Diagnostic[] {
  const lines = text.split('\n');
  const at = lines.findIndex((one) => one.length < LONGEST && is(one));
  const found = lines[at];
  return found === undefined ? [] : [{ ...line(at), column: 1, message, text: found, severity: 'error' }];
}

/** Where comments may have any bytes. */
const COMMENTS = /"(?:[^"\\]|\\.)*"|\/\*.*?\*\//g;

/** Comments of nft in text and JSON, the only quoted words that may have any bytes: names are quoted too. */
const NFT_COMMENTS = /"?comment"?:? "(?:[^"\\]|\\.)*"/g;

/** The same for what nft prints. */
export function garbledNft(text: string, line: PlaceOf): Diagnostic[] {
  if (!text.includes('\ufffd')) return [];
  return firstLine(text, line, 'bytes of this line are no text', (one) =>
    one.replace(NFT_COMMENTS, '').includes('\ufffd'),
  );
}

/** An error for the first line of which bytes are no text: a name that they are in could be any. */
export function garbledBytes(text: string, line: PlaceOf): Diagnostic[] {
  if (!text.includes('\ufffd')) return [];
  return firstLine(text, line, 'bytes of this line are no text', (one) => one.replace(COMMENTS, '').includes('\ufffd'));
}

const LONGEST = 2_000;
