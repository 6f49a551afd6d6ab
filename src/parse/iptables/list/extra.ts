import type { Translate } from './grammar.ts';
import { OPAQUE } from './opaque.ts';
import { conntrack, isConntrack, PACKET } from './packet.ts';
import { PORTS } from './ports.ts';
import { readTarget } from './targets.ts';

/** A part of what a row says after the addresses: options again, or words that were not understood. */
type Piece =
  | { readonly kind: 'options'; readonly args: readonly string[] }
  | { readonly kind: 'unknown'; readonly raw: string };

/** What follows the addresses of a row, taken apart. */
export interface Extra {
  readonly matches: readonly Piece[];
  /** The target's options; null when its words could not be told from those of the matches. */
  readonly target: readonly string[] | null;
  readonly goto: boolean;
}

/** Takes apart what the matches and the target of a rule print. What is not understood is kept, never skipped. */
export function readExtra(extra: string, target: string | null): Extra {
  const goto = /^\[goto\](?:\s|$)/.test(extra);
  const text = goto ? extra.slice('[goto]'.length).trim() : extra;
  const comment = findComment(text);
  const before = splitBlanks(comment === null ? '' : text.slice(0, comment.start));
  const behind = splitBlanks(comment === null ? text : text.slice(comment.end));
  const own = target === null ? { args: [], next: behind.length } : readTarget(target, behind);
  const tail = own === null ? behind : behind.slice(0, own.next);
  const matches = [...readMatches(before), ...(comment === null ? [] : [comment.piece]), ...readMatches(tail)];
  return { matches, target: own?.args ?? null, goto };
}

function splitBlanks(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/**
 * The comment of a rule. A comment may itself contain the marks that end one, and then anything could stand in it: from the first to
 * the last mark nothing is believed.
 */
function findComment(text: string): { start: number; end: number; piece: Piece } | null {
  const start = text.indexOf('/* ');
  const end = text.lastIndexOf(' */');
  if (start < 0 || end < start + 2) return null;
  const inside = text.slice(start + 3, Math.max(start + 3, end));
  const raw = text.slice(start, end + 3);
  const ambiguous = inside.includes('*/') || inside.includes('/*');
  const piece: Piece = ambiguous
    ? { kind: 'unknown', raw }
    : { kind: 'options', args: ['-m', 'comment', '--comment', inside] };
  return { start, end: end + 3, piece };
}

/** Once a word is not understood, those after it could be its values, so they are not read either. */
function readMatches(words: readonly string[]): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < words.length; ) {
    const negated = words[at] === '!';
    const keyword = words[negated ? at + 1 : at] ?? '';
    const found = translator(keyword)?.(words, negated ? at + 1 : at, negated) ?? null;
    if (found === null) return [...pieces, { kind: 'unknown', raw: words.slice(at).join(' ') }];
    pieces.push({ kind: 'options', args: found.args });
    at = found.next;
  }
  return pieces;
}

const TRANSLATORS: ReadonlyMap<string, Translate> = new Map(
  [PORTS, PACKET, OPAQUE].flatMap((table) => Object.entries(table)),
);

function translator(keyword: string): Translate | undefined {
  return isConntrack(keyword) ? conntrack : TRANSLATORS.get(keyword);
}
