import { escapeText } from '../escape.ts';

/** What stands around a word in a sentence. */
const PARTS = /^([("'“]*)(.*?)([)"'”.,;:!?]*)$/su;

/** A word of letters and digits, a number, a release, or a dash; not GH-1, which is an issue to some. */
const WORD = /^(?:[\p{L}\p{N}]+(?:['’-]\p{L}[\p{L}\p{N}]*|\.\d+)*|[–…→←]*)$/u;

/**
 * What our texts mark as code, and a rule, which goes on to the end of its line. Neither touches other code: backticks of
 * two pieces would make one row.
 */
const MARKED = /((?<=(?:^| )[("'“]*)`[^`]+`(?=[)"'”.,;:!?]*(?: |$))|(?<=^| )-A \S.*$)/s;

interface Part {
  readonly before: string;
  text: string;
  after: string;
  readonly isCode: boolean;
}

/**
 * A text that may quote anything as one line of Markdown. Words stay as they are, and everything else is code: in code no
 * tracker looks for markup, links, mentions, issues or emoji, while a backslash keeps only the first of these away.
 */
export function prose(text: string): string {
  const segments = escapeText(text.replaceAll('\n', ' ')).split(MARKED);
  const line = segments.map((segment, index) => (index % 2 === 1 ? marked(segment) : sentence(segment))).join('');
  // A number at the start would begin a list.
  return line.trim().replace(/^(\d+)([.)])(?= |$)/, '$1\\$2');
}

function marked(segment: string): string {
  return code(segment.startsWith('`') ? segment.slice(1, -1) : segment);
}

/** Words that are code and follow each other are one piece of it; punctuation stays outside. */
function sentence(segment: string): string {
  const parts: Part[] = [];
  for (const part of segment.split(' ').map(partOf)) {
    const last = parts.at(-1);
    if (part.isCode && last?.isCode && last.after === '' && part.before === '') {
      last.text += ` ${part.text}`;
      last.after = part.after;
    } else parts.push(part);
  }
  return parts.map(({ before, text, after, isCode }) => `${before}${isCode ? code(text) : text}${after}`).join(' ');
}

function partOf(token: string): Part {
  const [, before = '', text = '', after = ''] = PARTS.exec(token) ?? [];
  return { before, text, after, isCode: !WORD.test(text) };
}

/** A text as code in a line, with more backticks around it than it has in a row; of nothing there is no code. */
export function code(text: string): string {
  if (text === '') return '';
  const fence = '`'.repeat(longestRun(text) + 1);
  const pad = /^`|`$|^ .* $/s.test(text) ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}

/** Lines as a block of code. They must have been escaped. */
export function block(lines: string, language = 'text'): string {
  const fence = '`'.repeat(Math.max(3, longestRun(lines) + 1));
  return `${fence}${language}\n${lines.trimEnd()}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/** Blocks with an empty line between each two, and a final new line. */
export function markdownDocument(blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`;
}
