/**
 * Control characters (an escape sequence starts with one), format characters (bidi overrides and zero-width ones
 * reorder or hide what is read), line and paragraph separators, and halves of a surrogate pair.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Nearly every text is plain ASCII, and this is seen far faster than the classes above. */
const NOT_PLAIN = /[^\n\x20-\x7e]/;

/**
 * The text with every character that could drive a terminal or mislead its reader made visible: `\x1b`, `\u202e`.
 * Rule comments, process and interface names and annotations are the pod's to choose, so all of them pass here.
 */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/**
 * JSON text with the same characters written as `\uXXXX`, which any parser turns back into what they were.
 * The new lines of a pretty-printed document stay.
 */
export function escapeJson(json: string): string {
  if (!NOT_PLAIN.test(json)) return json;
  return json.replace(UNSAFE, (character) => {
    if (character === '\n') return character;
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

/** Whether a text has such a character, or one that no YAML or XML may hold. Line ends are none of them. */
export function isUnsafe(text: string): boolean {
  return NOT_PLAIN.test(text) && (text.match(UNSAFE_OR_NOT_A_CHARACTER) ?? []).some((character) => character !== '\n');
}

/** The same classes, and the two code points of the first plane that are no characters. */
const UNSAFE_OR_NOT_A_CHARACTER = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufffe\uffff]/gu;

/** YAML text with the same characters as escapes. Strings that have any must stand between double quotes. */
export function escapeYaml(yaml: string): string {
  if (!NOT_PLAIN.test(yaml)) return yaml;
  return yaml.replace(UNSAFE_OR_NOT_A_CHARACTER, (character) => {
    if (character === '\n') return character;
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xffff ? `\\u${hexadecimal(code, 4)}` : `\\U${hexadecimal(code, 8)}`;
  });
}

function hexadecimal(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
