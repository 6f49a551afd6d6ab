/** Ports from one to another, both included. */
export type PortRange = readonly [from: number, to: number];

/** What a finding has to be about; each word is one of several, and one that is left out asks for nothing. */
export interface Selector {
  readonly namespace?: readonly string[];
  readonly pod?: readonly string[];
  readonly table?: readonly string[];
  readonly chain?: readonly string[];
  readonly port?: readonly PortRange[];
}

/** A finding that is known and accepted. */
export interface Entry {
  /** Where it stands, for whoever has to change it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** A code or a name as it was written; it may be none. */
  readonly code: string;
  readonly selector: Selector;
  readonly reason: string;
  /** The last day on which it counts, `YYYY-MM-DD`. */
  readonly expires?: string;
}

/** An entry as it should be, in one line. */
export const EXAMPLE_ENTRY =
  '- {code: NAT0203, selector: {namespace: shop, port: 3306}, reason: the database has TLS of its own, expires: 2027-01-31}';
