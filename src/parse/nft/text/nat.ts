import type { NatStatement, Statement } from '../syntax.ts';
import { type Cursor, Unexpected } from './cursor.ts';

const FLAGS: ReadonlySet<string> = new Set(['random', 'fully-random', 'persistent']);

/** What follows `redirect`, `masquerade`, `dnat` or `snat`. Throws `Unexpected` for maps and prefixes. */
export function parseNat(cursor: Cursor, action: NatStatement['action']): Statement {
  const family = cursor.at('ip') || cursor.at('ip6') ? cursor.word('a family') : null;
  if (!cursor.take('to')) {
    // `dnat ip prefix to …`, `snat ip interval to …`: address arithmetic that the model has no form for.
    if (family !== null || action === 'dnat' || action === 'snat') throw new Unexpected(`'to'`, cursor.peek(), 'word');
    return { kind: 'nat', action, family, address: null, port: null, flags: takeFlags(cursor) };
  }
  const goal = takeGoal(cursor);
  return { kind: 'nat', action, family, ...goal, flags: takeFlags(cursor) };
}

/** What follows `tproxy`. */
export function parseTproxy(cursor: Cursor): Statement {
  const family = cursor.at('ip') || cursor.at('ip6') ? cursor.word('a family') : null;
  cursor.expect('to');
  return { kind: 'tproxy', family, ...takeGoal(cursor) };
}

/** `:80`, `10.0.0.1`, `10.0.0.1:80`, `10.0.0.1-10.0.0.9:80-90`, `[fd00::1]:80`, `[fd00::1]-[fd00::9]:80`, `fd00::1`. */
function takeGoal(cursor: Cursor): { address: string | null; port: string | null } {
  const token = cursor.peek();
  const text = cursor.word('an address or :port');
  const found = /^(\[[0-9a-fA-F:.]*\](?:-\[[0-9a-fA-F:.]*\])?|[0-9.]*(?:-[0-9.]+)?)(?::([0-9]+(?:-[0-9]+)?))?$/.exec(
    text,
  );
  if (found) {
    const address = (found[1] ?? '').replaceAll(/[[\]]/g, '');
    return { address: address === '' ? null : address, port: found[2] ?? null };
  }
  if (/^[0-9a-fA-F:.]+(?:-[0-9a-fA-F:.]+)?$/.test(text)) return { address: text, port: null };
  throw new Unexpected('an address or :port', token, 'word');
}

function takeFlags(cursor: Cursor): string[] {
  const flags: string[] = [];
  for (let token = cursor.peek(); token?.kind === 'word' && FLAGS.has(token.text); token = cursor.peek()) {
    flags.push(cursor.word('a flag'));
    cursor.take(',');
  }
  return flags;
}
