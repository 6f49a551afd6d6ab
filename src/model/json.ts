/** Any value of the model as text, to tell whether two say the same; JSON has no numbers as large as IPv6 addresses. */
export function asJsonText(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}` : item));
}
