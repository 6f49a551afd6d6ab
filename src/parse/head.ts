/** Longest piece of a text that is quoted before it is known what the text is. */
const LONGEST = 40;
/** Words of a language are shorter, secret tokens are not. */
const LONGEST_WORD = 24;

const PEM = /-----BEGIN ([A-Z0-9 ]{1,40})-----/;

/** A name as secrets have it, with what it is set to. */
const SECRET = /((?:pass|pwd|secret|token|key|cred|auth)\w*["']?\s*[:=]).*$/i;
/** JSON: its content comes after its first character. */
const JSON_TEXT = /^([{"]|\[(?=\s*[{["])).*$/;
/** What is glued to a name by a colon or an equals sign: `root:$6$…`, `TOKEN=…`. */
const VALUE = /([:=])\S.*$/;

/**
 * The beginning of a text that is in none of our forms, fit to be shown: somebody may have named the wrong file, whose
 * content is none of our business. One line, short, without what looks like a value. Null for an empty text.
 */
export function headOf(text: string): string | null {
  const label = PEM.exec(text)?.[1];
  if (label !== undefined) return `it holds a PEM block (${label})`;
  const line = text
    .slice(0, 10_000)
    .split('\n')
    .map((one) => one.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim())
    .find((one) => one !== '');
  if (line === undefined) return null;
  const kept = line
    .replace(JSON_TEXT, '$1…')
    .replace(SECRET, '$1…')
    .replace(VALUE, '$1…')
    .replace(/\S+/g, (word) => (word.length > LONGEST_WORD ? '…' : word));
  return `it begins with ${JSON.stringify(kept.length > LONGEST ? `${kept.slice(0, LONGEST - 1)}…` : kept)}`;
}
