import type { PastedLine } from './line.ts';
import { startOf } from './starts.ts';

/** Names of pods, containers, hosts and files; stern and others put one or two in front of every line. */
const NAMED = /^(?!\d{4}-\d\d-)([a-z0-9][\w./-]*)(?::[ \t]?|[ \t]|$)/;
/** Lines that begin with a program are commands, not what it printed. */
const PROGRAM =
  /^(?:sudo|ip|ip6?tables\S*|xtables\S*|nft|ss|netstat|kubectl|docker|nsenter|crictl|table|chain|type|counter)$/;
/** What stern says when it begins and ends to follow a container. */
const FOLLOWS = /^[+-] \S+(?: \S+)* \u203a \S+$/;
const DEEPEST = 3;

/**
 * Lines without the words that stand in front of all of them: a word counts when nearly everything between its first and
 * its last line begins with one like it, and rules or sockets stand behind it. What begins with another word is another
 * stream.
 */
export function withoutNames(lines: readonly PastedLine[], isOutput: IsOutput): readonly PastedLine[] {
  let current = lines;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const next = withoutFirstName(current, DEEPEST - depth, isOutput);
    if (next === current) return current;
    current = next;
  }
  return current;
}

/** Whether a text is output of a tool, perhaps in other wrappings. */
type IsOutput = (text: string) => boolean;

interface Named {
  readonly name: string;
  readonly text: string;
}

function withoutFirstName(lines: readonly PastedLine[], depth: number, isOutput: IsOutput): readonly PastedLine[] {
  const names = wrappingNames(lines, (text) => isBehind(text, depth - 1, isOutput));
  if (names.size === 0) return lines;
  // What has no name in front of it goes on where the line before it stood.
  let stream: string | null = null;
  return lines.map((line) => {
    const named = nameOf(line.text);
    if (named !== null && names.has(named.name)) {
      stream = `${line.stream} ${named.name}`;
      return { ...line, text: named.text, stream };
    }
    if (FOLLOWS.test(line.text)) return { ...line, text: '' };
    return stream === null ? line : { ...line, stream };
  });
}

/** The first words that wrap: each of at least two lines, with output of a tool behind one of them. */
function wrappingNames(lines: readonly PastedLine[], isOutput: IsOutput): ReadonlySet<string> {
  const counts = new Map<string, { lines: number; starts: number }>();
  for (const { text } of lines) {
    const named = nameOf(text);
    if (named === null) continue;
    const count = counts.get(named.name) ?? { lines: 0, starts: 0 };
    count.lines += 1;
    if (isOutput(named.text)) count.starts += 1;
    counts.set(named.name, count);
  }
  const names = new Set([...counts].flatMap(([name, count]) => (count.lines > 1 && count.starts > 0 ? [name] : [])));
  return names.size > 0 && standInFront(names, lines) ? names : new Set();
}

/** Whether most lines between the first and the last that begin with such a word do. */
function standInFront(names: ReadonlySet<string>, lines: readonly PastedLine[]): boolean {
  const written = lines.filter(({ text }) => text !== '');
  const wrapped = ({ text }: PastedLine) => names.has(nameOf(text)?.name ?? '');
  const between = written.slice(written.findIndex(wrapped), written.findLastIndex(wrapped) + 1);
  return between.filter(wrapped).length * 5 >= between.length * 4;
}

/** Whether output stands behind up to `depth` further names. */
function isBehind(text: string, depth: number, isOutput: IsOutput): boolean {
  if (isOutput(text)) return true;
  const named = depth > 0 ? nameOf(text) : null;
  return named !== null && isBehind(named.text, depth - 1, isOutput);
}

function nameOf(text: string): Named | null {
  const first = text.charCodeAt(0);
  // Lower case or a digit: neither rules nor most rows of listings begin so.
  if (!((first >= 97 && first <= 122) || (first >= 48 && first <= 57))) return null;
  const [all, name] = NAMED.exec(text) ?? [];
  if (all === undefined || name === undefined || PROGRAM.test(name) || startOf(text) !== null) return null;
  return { name, text: text.slice(all.length) };
}
