import { nearest } from '../parse/config/nearest.ts';
import type { PortRange } from './entry.ts';

/** The value of a field, or what is wrong with it. */
export type Field<T> = { readonly value: T } | { readonly error: string };

const LONGEST_WORD = 253;
const LONGEST_REASON = 500;
const HIGHEST_PORT = 65_535;

/** A name of Kubernetes or netfilter: of a namespace, pod, table or chain. */
export function parseName(text: string): Field<string> {
  if (text === '' || text.length > LONGEST_WORD || /\s/.test(text)) {
    return { error: `expected a name without blanks, of ${LONGEST_WORD} characters at most` };
  }
  return { value: text };
}

/** `3306`, `8000-8100`. */
export function parsePorts(text: string): Field<PortRange> {
  const [, low, high = low] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [from, to] = [Number(low), Number(high)];
  const isRange = from >= 1 && from <= to && to <= HIGHEST_PORT;
  return isRange ? { value: [from, to] } : { error: 'expected a port from 1 to 65535, or a range such as 8000-8100' };
}

/** Why it is accepted: whoever reads the report months later has nothing else to go by. */
export function parseReason(text: string): Field<string> {
  const reason = text.trim();
  if (reason === '') return { error: 'say why the finding is accepted' };
  return reason.length > LONGEST_REASON ? { error: `is longer than ${LONGEST_REASON} characters` } : { value: reason };
}

/** A day that exists. */
export function parseDay(text: string): Field<string> {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const time = isDay ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  const exists = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
  return exists ? { value: text } : { error: 'expected a day that exists, as YYYY-MM-DD' };
}

/** That a key is none, and which was meant. */
export function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  const words = meant === null ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
  return `unknown key ${JSON.stringify(key.slice(0, 40))}; ${words}`;
}
