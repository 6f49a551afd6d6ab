/** ESC, the picture of it, and what terminals and pagers print in its place. */
const ESCAPE = '(?:\\u001b|\\u241b|\\ufffd|\\^\\[)';

/**
 * What colours text, clears a line or moves about (CSI), and titles of windows and links (OSC). Neither may hold a
 * quotation mark: of a comment that begins one nothing behind the comment is taken.
 */
const SEQUENCES = new RegExp(
  `${ESCAPE}\\[[0-9;:?<=>]*[A-Za-z@\`~]|\\u009b[0-9;:?<=>]*[A-Za-z@\`~]|${ESCAPE}\\][^\\u0007\\u001b"\\n]{0,200}(?:\\u0007|\\u001b\\\\)|\\u001b[()][A-Z0-9]|\\u001b[=>78MDEc]`,
  'g',
);

/** What grep puts around what it found, `[01;31m[K` and `[m[K`, also after its ESC was lost on the way. */
const COLOURS_OF_GREP = new RegExp(`${ESCAPE}?\\[(?:\\d{1,3}(?:;\\d{1,3})*)?m${ESCAPE}?\\[K`, 'g');

const ODD_BLANKS = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
const INVISIBLE = /[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]|[\u202a-\u202e\u2066-\u2069]/g;

const PLAIN = /^[\n\t\x20-\x7e]*$/;

/** A text without what terminals, browsers and editors put between the characters that a tool printed. */
export function withPlainCharacters(text: string): string {
  if (PLAIN.test(text) && !text.includes('[m[K') && !text.includes('^[[')) return text;
  const lines = text.includes('\n') ? text : text.replaceAll('\r', '\n');
  return lines
    .replace(COLOURS_OF_GREP, '')
    .split('\n')
    .map((line) => outsideQuotes(line, withoutHidden))
    .join('\n');
}

function withoutHidden(text: string): string {
  return text.replace(SEQUENCES, '').replace(ODD_BLANKS, ' ').replace(INVISIBLE, '');
}

/** Changes what stands outside of double quotes: comments are what somebody wrote, and stay as they are. */
export function outsideQuotes(line: string, change: (text: string) => string): string {
  if (!line.includes('"')) return change(line);
  const parts = line.match(/"(?:[^"\\]|\\.)*"?|[^"]+/g) ?? [];
  return parts.map((part) => (part.startsWith('"') ? part : change(part))).join('');
}
