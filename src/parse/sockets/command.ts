import { toolOf } from './asked.ts';

/** What stands in front of a command: somebody's prompt, or the mark of `set -x`. */
const PROMPT = /^(?:[^\n]{0,200}?[$#>%❯] +|\++ +)(?=\S)/;

/** Programs that run another one, whose words come behind theirs. */
const WRAPPERS = /^(?:sudo|doas|nsenter|ip|kubectl|oc|docker|podman|nerdctl|crictl|busybox|time|env|timeout|chroot)$/;

/** Options, and words of a filter of ss. */
const WORD = /^(?:[-\w.:*/=,]+|[!<>=()&]+|\d*>.*)$/;

/** The command of ss or netstat in a line of a terminal session, as words and `|`; null when it is no such line. */
export function commandIn(line: string): string[] | null {
  if (line.length > 1000) return null;
  const prompted = PROMPT.test(line);
  const words = wordsOf(line.replace(PROMPT, ''));
  const at = words.findIndex((word) => toolOf(word) !== null);
  if (at < 0 || (at > 0 && !isWrapped(words.slice(0, at)))) return null;
  const command = words.slice(at);
  return looksLikeOne(command, prompted || at > 0) ? command : null;
}

/** Quotation marks and what follows a second command are left out. */
function wordsOf(text: string): string[] {
  const [first = ''] = text.split(/;|&&|\|\|/, 1);
  return first
    .replaceAll('|', ' | ')
    .split(/\s+/)
    .map((word) => word.replace(/^["']+|["']+$/g, ''))
    .filter((word) => word !== '');
}

function isWrapped([first = '']: readonly string[]): boolean {
  return WRAPPERS.test(first.slice(first.lastIndexOf('/') + 1));
}

/** A sentence may begin with the name of the tool as well; then no option follows. */
function looksLikeOne(command: readonly string[], prompted: boolean): boolean {
  const pipe = command.indexOf('|');
  const own = command.slice(1, pipe < 0 ? undefined : pipe);
  if (own.length === 0) return prompted;
  return (own[0] ?? '').startsWith('-') && own.every((word) => WORD.test(word));
}
