const LEVELS = /^(?:trace|debug|info|warn|warning|error|fatal|notice)$/i;

/**
 * Where the text of a line begins after what a logger, `kubectl logs --prefix` or a composer of containers put before
 * it: timestamps, levels, `[pod/…]`, `name |`. The start itself when there is no such prefix.
 */
export function skipLogPrefix(text: string, start: number, end: number): number {
  let at = start;
  for (let words = 0; words < 6; words += 1) {
    const next = skipWord(text, at, end);
    if (next < 0) break;
    at = next;
  }
  return at;
}

/** Offset of the word after one that belongs to a prefix, or -1. */
function skipWord(text: string, at: number, end: number): number {
  const close = wordEnd(text, at, end);
  const word = text.slice(at, Math.min(close, at + 200));
  const next = skipBlanks(text, close, end);
  if (isTimestamp(word) || LEVELS.test(word) || /^\[[\w./:-]*[A-Za-z/][\w./:-]*\]$/.test(word)) return next;
  const bar = skipBlanks(text, close, end);
  return text[bar] === '|' && /^[\w.-]+$/.test(word) ? skipBlanks(text, bar + 1, end) : -1;
}

function isTimestamp(word: string): boolean {
  return /^\d{4}[-/]\d\d[-/]\d\d(?:T[\d:.,Z+-]+)?$/.test(word) || /^\d\d:\d\d:\d\d[\d.,]*$/.test(word);
}

function wordEnd(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && text.charCodeAt(at) > 32) at += 1;
  return at;
}

function skipBlanks(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && text.charCodeAt(at) <= 32) at += 1;
  return at;
}
