import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Rule } from '../../model/ruleset.ts';
import { Told } from '../told.ts';

/** A line of the text: 1-based number, and offsets without its end-of-line characters. */
export interface Line {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** Collects what is to be said about a text. */
export class Diagnostics {
  /** Whether it is known of every error where rules are missing for it; see `addLocated`. */
  located = true;
  private readonly told = new Told();
  private readonly said = new Set<string>();
  private readonly text: string;
  private readonly source: string;

  constructor(text: string, source: string) {
    this.text = text;
    this.source = source;
  }

  /** What was reported so far. */
  get list(): Diagnostic[] {
    return this.told.list;
  }

  /** About a rule that was read before. */
  addOfRule(message: string, { origin, text }: Rule): void {
    const { source, line } = origin;
    this.told.add({ source, line, column: 1, message, text, severity: 'error', structural: true });
  }

  /** About the place at offset `at` of a line. */
  add(severity: Diagnostic['severity'], message: string, line: Line, at = line.start): void {
    if (severity === 'error') this.located = false;
    this.put(severity, message, line, at);
  }

  /**
   * An error that leaves nothing open but what the tables themselves say: a rule stands in its place as one that may do
   * anything, or a gap says where rules may be missing.
   */
  addLocated(severity: Diagnostic['severity'], message: string, line: Line, at = line.start): void {
    this.put(severity, message, line, at);
  }

  /** An error of which gaps and lacks say all there is to say. */
  addStructural(message: string, line: Line): void {
    this.told.add({ ...this.diagnostic('error', message, line, line.start), structural: true });
  }

  private put(severity: Diagnostic['severity'], message: string, line: Line, at: number): void {
    this.told.add(this.diagnostic(severity, message, line, at));
  }

  private diagnostic(severity: Diagnostic['severity'], message: string, line: Line, at: number): Diagnostic {
    const column = Math.max(1, at - line.start + 1);
    const text = this.text.slice(line.start, line.end);
    return { source: this.source, line: line.number, column, message, text, severity };
  }

  /** A note that is the same for every line of a kind: only the first is kept. */
  noteOnce(message: string, line: Line): void {
    if (this.said.has(message)) return;
    this.said.add(message);
    this.add('note', message, line);
  }
}
