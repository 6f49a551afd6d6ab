/** RFC 6761: names below `invalid` never exist, so the query gives nothing away and every resolver can answer it. */
const NAME = ['istio-nat', 'invalid'];
const RECURSION_DESIRED = 0x0100;
const TYPE_A = 1;
const CLASS_IN = 1;

/** A query for an address that does not exist, as RFC 1035 section 4 writes it. Any answer will do. */
export const DNS_QUERY: Uint8Array = Uint8Array.from([
  ...words(0x6e61, RECURSION_DESIRED, 1, 0, 0, 0),
  ...NAME.flatMap((label) => [label.length, ...[...label].map((letter) => letter.charCodeAt(0))]),
  0,
  ...words(TYPE_A, CLASS_IN),
]);

function words(...values: readonly number[]): number[] {
  return values.flatMap((value) => [value >> 8, value & 0xff]);
}
