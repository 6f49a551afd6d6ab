import { addressBits, formatAddress, parseAddress } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';

/** Addresses one after the other; both ends are of them. */
interface Span {
  readonly from: bigint;
  readonly to: bigint;
}

/** More holes in a block are no easier to read than its pieces. */
const MOST_HOLES = 2;

/**
 * Ranges of addresses as people write them: `10.0.0.0/8` for `10.0.0.0-10.255.255.255`, `127.0.0.0/8 except 127.0.0.1` for
 * what is on both sides of it. What is no range of addresses stays as it is.
 */
export function rangesInWords(ranges: readonly string[], family: Family): string[] {
  const spans = ranges.map(spanOf);
  const words: string[] = [];
  for (let at = 0; at < ranges.length; ) {
    const { length, text } = blockAt(spans.slice(at, at + MOST_HOLES + 1), family) ?? {
      length: 1,
      text: ranges[at] ?? '',
    };
    words.push(text);
    at += length;
  }
  return words;
}

function spanOf(range: string): Span | null {
  const [first = '', last = first] = range.split('-');
  const from = parseAddress(first)?.value;
  const to = parseAddress(last)?.value;
  return from === undefined || to === undefined || to < from ? null : { from, to };
}

/** The longest run of the first spans that fills a block but for the holes between them. */
function blockAt(spans: readonly (Span | null)[], family: Family): { length: number; text: string } | null {
  for (let length = spans.length; length > 0; length -= 1) {
    const run = spans.slice(0, length).filter((span) => span !== null);
    const [first, last] = [run[0], run.at(-1)];
    if (run.length < length || first === undefined || last === undefined) continue;
    const block = blockInWords({ from: first.from, to: last.to }, family);
    if (block === null) continue;
    const holes = run.slice(1).map((span, at) => ({ from: (run[at]?.to ?? 0n) + 1n, to: span.from - 1n }));
    const except = holes.map((hole) => blockInWords(hole, family));
    if (except.every((hole) => hole !== null))
      return { length, text: except.length === 0 ? block : `${block} except ${except.join(' and ')}` };
  }
  return null;
}

/** A CIDR block, or a single address; null for what is neither. */
function blockInWords({ from, to }: Span, family: Family): string | null {
  const size = to - from + 1n;
  const hostBits = size.toString(2).length - 1;
  if (size !== 1n << BigInt(hostBits) || from % size !== 0n) return null;
  const address = formatAddress(family, from);
  return hostBits === 0 ? address : `${address}/${addressBits(family) - hostBits}`;
}
