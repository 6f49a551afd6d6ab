import { type Command, kindOfCommand, promptedCommand } from './command.ts';
import type { PastedLine } from './line.ts';
import { type Kind, startOf } from './starts.ts';

/** Lines that belong together: what one command printed, or what looks like the output of one tool. */
export interface Section {
  /** Null where nothing tells: prose, or the output of something else. */
  kind: Kind | null;
  readonly command: Command | null;
  readonly stream: string;
  /** With the line that has the command, if there is one. */
  readonly lines: PastedLine[];
}

/** Blocks of code in what people write: Markdown, Jira, HTML. */
const FENCE = /^\s*(?:`{3,}\s*[\w-]*|~{3,}|\{(?:code|noformat)[^}]*\}|\[\/?code\]|<\/?(?:pre|code)>(?:<\/?code>)?)\s*$/;

/** The lines of each stream, cut where a prompt stands and where the output of another tool begins. */
export function sectionsOf(lines: readonly PastedLine[]): Section[] {
  const sections: Section[] = [];
  const current = new Map<string, Section>();
  for (const line of lines) {
    const section = current.get(line.stream);
    const next = nextSection(section, line);
    if (next === null) {
      current.delete(line.stream);
      continue;
    }
    if (next !== section) {
      sections.push(next);
      current.set(line.stream, next);
    }
    next.lines.push(line);
  }
  return sections;
}

/** The section that a line belongs to; null for a line that only marks where one ends. */
function nextSection(section: Section | undefined, line: PastedLine): Section | null {
  const { text, stream } = line;
  const start = startOf(text);
  if (start === null) {
    if (FENCE.test(text)) return null;
    const command = text === '' ? null : promptedCommand(text);
    if (command !== null) return { kind: kindOfCommand(command), command, stream, lines: [] };
    return section ?? { kind: null, command: null, stream, lines: [] };
  }
  if (section === undefined) return { kind: start, command: null, stream, lines: [] };
  if (section.kind === null) section.kind = start;
  return section.kind === start || (start === 'nft' && isInsideSave(section))
    ? section
    : { kind: start, command: null, stream, lines: [] };
}

/** Whether a save has not come to its end: what looks like nft's there is a line that was put into it, or damaged. */
function isInsideSave({ kind, lines }: Section): boolean {
  if (kind !== 'iptables') return false;
  const last = lines.findLast(({ text }) => /^\s*(?:\*|COMMIT\b)/.test(text));
  return last?.text.trimStart().startsWith('*') === true;
}
