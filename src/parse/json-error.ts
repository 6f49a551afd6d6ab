/** What JSON.parse complained of, without the piece of the text that V8 quotes with it. */
export function jsonErrorText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, (?:\.\.\.)?"[\s\S]*$/, '');
}
