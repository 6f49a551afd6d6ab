import { startOf } from '../starts.ts';
import type { Wrapper } from './wrapper.ts';

const LEVEL = /^(?:trace|debug|info|warn|warning|error|fatal|notice)$/i;
const TIME = /^(?:\d{4}[-/]\d\d[-/]\d\d(?:T[\d:.,Z+-]+)?|\d\d:\d\d:\d\d[\d.,]*)$/;
const BRACKETS = /^\[[\w./:-]*[A-Za-z/][\w./:-]*\]$/;

/**
 * What a logger puts in front of a message: times, levels, names in brackets, scopes. Taken away in front of rules alone:
 * what else is logged says with its time and level what came of them.
 */
export const loggerHead: Wrapper = (line) => {
  if (startOf(line) !== null) return null;
  let at = 0;
  for (const [piece] of line.slice(0, 300).matchAll(/\S+\s+/g)) {
    const word = piece.trimEnd();
    const scope = at > 0 && /^[a-z][\w.-]*$/.test(word) && piece.endsWith('\t');
    if (!TIME.test(word) && !LEVEL.test(word) && !BRACKETS.test(word) && !scope) break;
    at += piece.length;
  }
  return at > 0 && startOf(line.slice(at)) === 'iptables' ? { text: line.slice(at) } : null;
};
