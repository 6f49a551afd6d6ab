import { startOf } from './starts.ts';

/** Fields that a logger appends to the last line of a message, behind a tab, which no rule has outside of quotes. */
const FIELDS = /^\s*[A-Za-z_][\w.-]*=/;

/** A line of iptables without what somebody wrote behind it: a comment, or the fields of a logger. */
export function withoutTail(line: string): string {
  if (!line.includes('#') && !line.includes('\t') && !line.startsWith('COMMIT ')) return line;
  if (startOf(line) !== 'iptables') return withoutRowComment(line);
  if (line.trimStart().startsWith('#')) return line;
  const commit = /^\s*COMMIT(?=\s)/.exec(line)?.[0];
  if (commit !== undefined) return /^\s+(?:#|[A-Za-z_][\w.-]*=)/.test(line.slice(commit.length)) ? commit : line;
  const end = tailStart(line);
  return end < 0 ? line : line.slice(0, end).trimEnd();
}

/** Where the tail of a rule begins, or -1. */
function tailStart(line: string): number {
  let quote = '';
  for (let at = 1; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (quote !== '') {
      if (character === '\\' && quote === '"') at += 1;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '\t' && FIELDS.test(line.slice(at + 1))) return at;
    else if (character === '#' && /\s/.test(line[at - 1] ?? '') && !wantsValue(line.slice(0, at))) return at;
  }
  return -1;
}

/** Whether the last word is an option: what follows is its value, be it a name that begins with `#`. */
function wantsValue(before: string): boolean {
  return /(?:^|\s)(?:!|-{1,2}[A-Za-z][\w-]*)\s+$/.test(before);
}

/** Behind a row of a listing. What stands in a comment of iptables' own, or in quotes, is the rule's. */
function withoutRowComment(line: string): string {
  if (line.includes('/*') || line.includes('"')) return line;
  const end = /\S\s+#(?:\s|$)/.exec(line);
  return end === null ? line : line.slice(0, end.index + 1);
}
