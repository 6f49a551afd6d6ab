import type { PastedLine } from './line.ts';
import { withoutNames } from './names.ts';
import { withoutNumbers } from './numbers.ts';
import { startOf } from './starts.ts';
import { WRAPPERS } from './wrappers/index.ts';
import type { Peeled } from './wrappers/wrapper.ts';

/** Wrappings within wrappings: a log of a log, quoted in a mail that somebody put into a frame. */
const DEEPEST = 8;

/** The lines without everything that loggers, terminals and mail programs put around them, layer by layer. */
export function unwrapped(lines: readonly PastedLine[]): readonly PastedLine[] {
  let current = lines;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const next = withoutOneLayer(current);
    if (next === current) return current;
    current = next;
  }
  return current;
}

function withoutOneLayer(lines: readonly PastedLine[]): readonly PastedLine[] {
  for (const layer of LAYERS) {
    const inner = layer(lines);
    if (inner !== lines) return inner;
  }
  return lines;
}

/** What a line shows by itself comes first: a time has numbers, and a name may be that of a pod. */
const LAYERS = [
  peeled,
  (lines: readonly PastedLine[]) => withoutNumbers(lines, isOutput),
  (lines: readonly PastedLine[]) => withoutNames(lines, isOutput),
];

function isOutput(text: string): boolean {
  return startOf(text) !== null || peel(text) !== null;
}

/** Each line without the first wrapping that it shows; the same list where none shows any. */
function peeled(lines: readonly PastedLine[]): readonly PastedLine[] {
  const result: PastedLine[] = [];
  const state: State = { open: null, stream: null };
  let changed = false;
  for (const [at, line] of lines.entries()) {
    const inner = isBare(line.text) || isLoneMark(lines, at) ? null : peel(line.text);
    if (inner === null) result.push(state.stream === null ? line : { ...line, stream: state.stream });
    else put(result, state, line, inner);
    changed ||= inner !== null;
    if (inner === null && line.text !== '') state.open = null;
  }
  return changed ? result : lines;
}

/** `-A`, `:CHAIN`, `*nat`: nothing is wrapped around what begins like a rule. */
function isBare(text: string): boolean {
  const first = text.charCodeAt(0);
  return text === '' || (first === 45 && text.charCodeAt(1) !== 45) || first === 58 || first === 42 || first === 35;
}

/** A `>` and nothing else, where no line beside it is quoted: all that is left of a line, and no blank line of a mail. */
function isLoneMark(lines: readonly PastedLine[], at: number): boolean {
  if (lines[at]?.text.trim() !== '>') return false;
  return ![lines[at - 1], lines[at + 1]].some((beside) => beside?.text.trimStart().startsWith('>') === true);
}

function peel(text: string): Peeled | null {
  for (const wrapper of WRAPPERS) {
    const inner = wrapper(text);
    if (inner !== null) return inner;
  }
  return null;
}

/** Which line of the result goes on in the next record. */
interface State {
  open: number | null;
  /** Whose the last line was: what has no name in front of it goes on where that one stood. */
  stream: string | null;
}

function put(result: PastedLine[], state: State, line: PastedLine, inner: Peeled): void {
  const stream = inner.stream === undefined ? line.stream : `${line.stream} ${inner.stream}`;
  if (inner.stream !== undefined) state.stream = stream;
  const before = state.open === null ? undefined : result[state.open];
  const texts = inner.text.split('\n');
  texts.forEach((piece, at) => {
    const text = piece.trim() === '' ? '' : piece;
    if (at === 0 && before !== undefined && state.open !== null) {
      result[state.open] = { ...before, text: before.text + text };
      return;
    }
    const { lost, ...rest } = line;
    const kept = at === 0 && lost !== undefined ? { ...rest, lost } : rest;
    result.push({ ...kept, text, stream, ...(inner.full === undefined ? {} : { full: true as const }) });
  });
  state.open = inner.open === true ? result.length - 1 : null;
}
