import type { Features } from '../layout/eras.ts';
import type { InboundAnnotations } from '../layout/inbound-exclusions.ts';
import type { Family } from '../model/family.ts';
import type { View } from './istio-tables.ts';
import type { Form } from './rule-pattern.ts';
import type { Observed, Reading } from './types.ts';

/** What the readers of single inputs share. */
export interface Reader {
  readonly view: View;
  readonly has: Features;
  readonly reading: Reading;
  /** Inputs that are taken as given instead of read: declared ones, or a guess that is being tried. */
  readonly given: Observed;
  readonly annotations: InboundAnnotations | undefined;
  /** Whether the IPv6 rules could be seen, even if there are none. */
  readonly sawIpv6: boolean;
  /** Whether mangle was seen in every family that has Istio's rules, even if it is empty. */
  readonly sawMangle: boolean;
  readonly listeners: ReadonlySet<number> | null;
}

/** The family that is looked at for what both have in common: IPv4, if it has rules at all. */
export function mainFamily({ view }: Reader): Family {
  return view.families[0] ?? 'ipv4';
}

/** The rules of a chain in every family that has Istio's rules, one after the other. */
export function inAll({ view }: Reader, table: string, chain: string): Form[] {
  return view.families.flatMap((family) => view.forms(family, table, chain));
}

/** The rules of a chain for each family where the chain is not empty. */
export function byFamily({ view }: Reader, table: string, chain: string): { family: Family; forms: readonly Form[] }[] {
  const all = view.families.map((family) => ({ family, forms: view.forms(family, table, chain) }));
  return all.filter(({ forms }) => forms.length > 0);
}

/** The values of one shape of rule that returns, in order. */
export function returned(forms: readonly Form[], shape: string): Form[] {
  return forms.filter((form) => form.target === 'return' && form.shape === shape);
}

/** The rules from a position up to but not including another; a negative end means the end of the chain. */
export function between(forms: readonly Form[], start: number, end: number): readonly Form[] {
  return forms.slice(start, end < 0 ? undefined : end);
}

/** Keeps duplicates in a literal reading only: Istio does write them, but a rule added twice is far more common. */
export function listed<T>({ reading }: Reader, values: readonly T[]): readonly T[] {
  return reading === 'literal' ? values : [...new Set(values)];
}
