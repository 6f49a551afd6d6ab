/** Characters that no shell gives a meaning, whatever comes before or after them. */
const BARE = /^[A-Za-z0-9_./:,@%+-][A-Za-z0-9_./:,@%+=-]*$/;

/** Words that are no program's name where a command begins. */
const RESERVED =
  /^(?:if|then|else|elif|fi|do|done|case|esac|while|until|for|in|function|select|time|coproc|repeat|foreach|end)$/;

/**
 * What drives a terminal or misleads its reader, and what is left of bytes that were no text: a program would not be
 * given what is in the rule.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufffd]|(?! )\p{Zs}/u;

/**
 * A command line that a POSIX shell splits into exactly these words, each taken as it is. Words are quoted only where they
 * need it.
 */
export function quoteWords(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}

function quoteWord(word: string, position: number): string {
  const bare = position === 0 ? isName(word) : word === '!' || BARE.test(word);
  // A shell knows no escape between single quotes, so one is written outside of them.
  return bare ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The first word must be neither an assignment nor a word of the shell's grammar. */
function isName(word: string): boolean {
  return BARE.test(word) && !word.includes('=') && !RESERVED.test(word);
}

/**
 * The command line as reports may show it to be pasted, or null: where a word has a character that is not printed as what
 * it is, no quoting makes it safe to copy.
 */
export function pasteable(argv: readonly string[]): string | null {
  return argv.some((word) => UNPRINTABLE.test(word)) ? null : quoteWords(argv);
}
