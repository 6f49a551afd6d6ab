import type { PastedLine } from './line.ts';
import { startOf } from './starts.ts';

/** `cat -n`, `nl`, `less -N`, editors: a number in front; grep -n: `12:` where it found something, `12-` around that. */
const NUMBERED = /^(?:\s{0,7}(\d{1,7})(?:\t| {1,2}|$)|(?:[\w./-]+[:-])?(\d{1,7})[:-])/;

interface Numbered {
  readonly line: PastedLine;
  readonly value: number;
  readonly text: string;
}

/**
 * Lines without the numbers that somebody put in front of them: runs in which they only grow, with rules or sockets
 * behind them, or what is wrapped around those. Where they jump, lines are missing, and nobody can say which.
 */
export function withoutNumbers(
  lines: readonly PastedLine[],
  isOutput: (text: string) => boolean,
): readonly PastedLine[] {
  const result: PastedLine[] = [];
  let changed = false;
  for (let at = 0; at < lines.length; ) {
    const run = runFrom(lines, at);
    const isRun = run.length > 1 && run.some(({ text }) => isOutput(text));
    if (isRun) for (const line of renumbered(run)) result.push(line);
    else for (const { line } of run) result.push(line);
    changed ||= isRun;
    at += run.length;
    const other = lines[at];
    if (other !== undefined && (run.length === 0 || other.text === '')) {
      result.push(other);
      at += 1;
    }
  }
  return changed ? result : lines;
}

function runFrom(lines: readonly PastedLine[], from: number): Numbered[] {
  const run: Numbered[] = [];
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at];
    const numbered = line === undefined ? null : numberedLine(line);
    if (numbered === null || numbered.value <= (run.at(-1)?.value ?? -1)) break;
    run.push(numbered);
  }
  return run;
}

function numberedLine(line: PastedLine): Numbered | null {
  const first = line.text.charCodeAt(0);
  // Most lines begin with neither a blank nor a digit, nor with the name of a file.
  if (first === 45 || first === 58 || first === 42) return null;
  const [all, shown, found] = NUMBERED.exec(line.text) ?? [];
  if (all === undefined || startOf(line.text) !== null) return null;
  return { line, value: Number(shown ?? found), text: line.text.slice(all.length) };
}

function renumbered(run: readonly Numbered[]): PastedLine[] {
  return run.map(({ line, value, text }, at) => {
    const before = run[at - 1]?.value ?? 0;
    const missing = value - before - 1;
    return missing === 0 ? { ...line, text } : { ...line, text, lost: jump(before, value, missing) };
  });
}

function jump(before: number, value: number, missing: number): string {
  const lines = missing === 1 ? 'a line is missing' : `${missing} lines are missing`;
  return before === 0
    ? `the numbers of its lines begin with ${value}: ${lines} before it`
    : `the numbers of its lines go from ${before} to ${value}: ${lines}`;
}
