import type { PortRange } from '../../model/match.ts';
import type { MarkChange } from '../../model/target.ts';

/** The mask that takes all 32 bits of a mark. */
export const ALL_BITS = 0xffffffff;

/** An unsigned number as xtables_strtoui reads it: decimal, 0x hexadecimal, 0 octal. Null when it is none or above `max`. */
export function parseInteger(text: string, max = ALL_BITS): number | null {
  if (text.length === 0 || text.length > 12) return null;
  const leadingZero = text.length > 1 && text.charCodeAt(0) === 48;
  const value = leadingZero ? octalOrHexadecimal(text) : decimalNumber(text, 0, text.length);
  return value === null || value > max ? null : value;
}

/** Up to here sums of digits are exact; beyond, only the engine rounds them right. */
const EXACT_DIGITS = 15;

/** The digits of `text` between two offsets as a number; null when there is anything else, or nothing. */
export function decimalNumber(text: string, from: number, to: number): number | null {
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return null;
    value = value * 10 + digit;
  }
  if (to - from > EXACT_DIGITS) return Number(text.slice(from, to));
  return to > from ? value : null;
}

function octalOrHexadecimal(text: string): number | null {
  if (/^[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^0[xX][0-9a-fA-F]+$/.test(text) ? Number.parseInt(text.slice(2), 16) : null;
}

/** A port or range: `80`, `1024:65535`, `:1023`, `8080:`, with `-` where targets have it. Null when it is none. */
export function parsePortRange(text: string, separator: ':' | '-' = ':'): PortRange | null {
  const cut = text.indexOf(separator);
  if (cut < 0) {
    const port = parseInteger(text, 65535);
    return port === null ? null : { from: port, to: port };
  }
  const from = bound(text.slice(0, cut), 0);
  const to = bound(text.slice(cut + 1), 65535);
  return from === null || to === null || from > to ? null : { from, to };
}

function bound(text: string, open: number): number | null {
  return text === '' ? open : parseInteger(text, 65535);
}

/** Whether a port that is no number could be a service name (`http`, `domain`, `http:https`). */
export function looksLikeName(text: string): boolean {
  return /[A-Za-z_]/.test(text) && /^[\w.$:,-]+$/.test(text) && !/(^|[:,-])0[xX]/.test(text);
}

/** `value` or `value/mask`, all 32 bits when no mask is given. */
export function parseMarkAndMask(text: string): MarkChange | null {
  const slash = text.indexOf('/');
  const value = parseInteger(slash < 0 ? text : text.slice(0, slash));
  const mask = slash < 0 ? ALL_BITS : parseInteger(text.slice(slash + 1));
  return value === null || mask === null ? null : { value, mask };
}
