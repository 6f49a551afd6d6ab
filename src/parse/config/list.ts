import { grouped, INPUT_LIMITS } from '../../model/limits.ts';
import { type Parsed, quote, scalarText } from './scalar.ts';

/**
 * The elements of a comma list, or of a JSON array of the same. Empty elements are skipped, as Istio does since 1.6.
 * Order and duplicates are kept: Istio programs a rule for each.
 */
export function parseList<T>(raw: unknown, parseElement: (text: string) => Parsed<T>): Parsed<readonly T[]> {
  const elements = elementsOf(raw);
  if (elements === null) return { error: `${quote(raw)} is not a comma list` };
  if (elements.length > INPUT_LIMITS.configElements) {
    return {
      error: `the list has ${grouped(elements.length)} elements, more than the ${grouped(INPUT_LIMITS.configElements)} that are read`,
    };
  }
  const values: T[] = [];
  for (const element of elements) {
    const parsed = parseElement(element);
    if ('error' in parsed) return parsed;
    values.push(parsed.value);
  }
  return { value: values };
}

function elementsOf(raw: unknown): string[] | null {
  if (!Array.isArray(raw))
    return (
      scalarText(raw)
        ?.split(',')
        .filter((element) => element !== '') ?? null
    );
  const elements = raw.map(scalarText);
  return elements.every((element) => element !== null) ? elements.filter((element) => element !== '') : null;
}

/** The same, or `*` alone. */
export function parseListOrAll<T>(raw: unknown, parseElement: (text: string) => Parsed<T>): Parsed<'*' | readonly T[]> {
  const isAll = raw === '*' || (Array.isArray(raw) && raw.length === 1 && raw[0] === '*');
  return isAll ? { value: '*' } : parseList(raw, parseElement);
}
