/** A value, or why there is none. */
export type Parsed<T> = { readonly value: T } | { readonly error: string };

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);
const LONGEST_QUOTE = 60;

/** The text of a scalar as Istio's flags have it: strings as they are, JSON numbers in decimal; null for anything else. */
export function scalarText(raw: unknown): string | null {
  if (typeof raw === 'string') return raw;
  return typeof raw === 'number' && Number.isSafeInteger(raw) ? String(raw) : null;
}

/** A value as an error message quotes it: short, on one line, and never walking into nested data. */
export function quote(raw: unknown): string {
  if (Array.isArray(raw)) return `a list of ${raw.length}`;
  if (raw !== null && typeof raw === 'object') return 'an object';
  if (typeof raw !== 'string') return String(raw);
  return JSON.stringify(raw.length > LONGEST_QUOTE ? `${raw.slice(0, LONGEST_QUOTE)}…` : raw);
}

/** A decimal number within the bounds. Signs, blanks, leading zeros and other bases are refused. */
export function parseNumber(raw: unknown, what: string, least: number, most: number): Parsed<number> {
  const text = scalarText(raw);
  const number = text !== null && /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return { value: number };
  return { error: `${quote(raw)} is not ${what} (${least}–${most})` };
}

/** True and false as Go's strconv.ParseBool reads them, because that is what reads Istio's own inputs. */
export function parseBoolean(raw: unknown): Parsed<boolean> {
  if (typeof raw === 'boolean') return { value: raw };
  const text = scalarText(raw);
  if (text !== null && TRUE.has(text)) return { value: true };
  if (text !== null && FALSE.has(text)) return { value: false };
  return { error: `${quote(raw)} is neither true nor false` };
}

/** One of a few words, spelled exactly. */
export function parseChoice<T extends string>(raw: unknown, options: readonly T[]): Parsed<T> {
  const option = options.find((word) => word === raw);
  return option === undefined ? { error: `${quote(raw)} is not one of ${options.join(', ')}` } : { value: option };
}

/** `X.Y.Z`, with `X.Y` for the newest patch and Istio's pre-releases; a leading `v` and a build's suffix are dropped. */
export function parseVersion(raw: unknown): Parsed<string> {
  const pattern =
    /^v?([1-9]\d{0,2}\.\d{1,3}(?:\.\d{1,4}(?:-(?:alpha|beta|rc)\.\d{1,4}(?![.\w-]))?)?)([-+][0-9A-Za-z][0-9A-Za-z.+-]{0,127})?$/;
  const version = typeof raw === 'string' ? pattern.exec(raw)?.[1] : undefined;
  return version === undefined
    ? { error: `${quote(raw)} is not an Istio release (X.Y.Z, such as 1.28.10)` }
    : { value: version };
}
