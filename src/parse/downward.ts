/**
 * The labels or annotations of a downward-API file: one `key="value"` per line, the value quoted as Go does. A line of
 * another form, or a value that cannot be read, is left out: nothing that matters here needs more than plain text.
 */
export function parseDownward(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const equals = line.indexOf('=');
      const value = equals > 0 ? unquote(line.slice(equals + 1).trim()) : null;
      return value === null ? [] : [[line.slice(0, equals), value] as const];
    }),
  );
}

/** Go's escapes that JSON has as well; `\a`, `\v`, `\x..` and `\U........` make a value unreadable. */
function unquote(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}
