/** A value of a named set, as nft prints it: `10.0.0.5`, `80-90`, `10.0.0.0/8 . 443`. */
export interface SetElement {
  readonly value: string;
  readonly comment?: string;
}

/**
 * A named set of an nftables table, which rules refer to as `@name`. Whoever makes the rules declares it; what is in it
 * comes and goes without them. Sizes, timeouts and policies are left out, and so are maps, which no rule can match
 * against.
 */
export interface NamedSet {
  readonly name: string;
  /** nft's name for what the elements are: `ipv4_addr`, `ipv4_addr . inet_service`, `typeof ip saddr`. */
  readonly type: string;
  /** `interval`, `constant`, `dynamic`, … */
  readonly flags: readonly string[];
  readonly comment?: string;
  /** Null when they change by themselves (timeouts, sets that packets add to) or could not be read. */
  readonly elements: readonly SetElement[] | null;
}
