import type { Explanation } from '../diagnose/catalogue/entry.ts';
import { CATALOGUE } from '../diagnose/catalogue/index.ts';
import { UsageError } from '../model/errors.ts';
import { nearest } from '../parse/config/nearest.ts';

/**
 * The entry that a code (`NAT0101`) or a name (`inbound-not-redirected`) stands for, in any case; without one, the whole
 * catalogue. Needs nothing from outside. Throws a UsageError that suggests the nearest for what is neither.
 */
export function explain(subject?: string): Explanation {
  if (subject === undefined) return { kind: 'catalogue', entries: CATALOGUE };
  const wanted = subject.trim().toLowerCase();
  const entry = CATALOGUE.find(({ code, name }) => code.toLowerCase() === wanted || name === wanted);
  if (entry === undefined) throw unknownSubject(subject.trim());
  return { kind: 'entry', entry };
}

function unknownSubject(subject: string): UsageError {
  const meant = nearest(
    subject,
    CATALOGUE.flatMap(({ code, name }) => [code, name]),
  );
  const all = 'All codes: istio-nat explain';
  return new UsageError(`There is no finding ${JSON.stringify(subject)}.`, {
    hint: meant === null ? all : `Did you mean ${meant}? ${all}`,
  });
}
