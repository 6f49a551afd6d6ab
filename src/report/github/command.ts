import { escapedLines } from '../plain.ts';

/** What GitHub Actions shows an annotation as. */
export type Level = 'error' | 'warning' | 'notice';

/** Where an annotation is shown, and what it is called. */
interface Properties {
  readonly file?: string;
  readonly line?: number;
  readonly title: string;
}

/**
 * One workflow command on one line. Every line of this format is one: in any other line a runner would look for commands
 * that a comment of a rule may hold.
 */
export function annotation(level: Level, { file, line, title }: Properties, message: string): string {
  const properties = Object.entries({ file, line, title })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${property(String(value))}`);
  return `::${level} ${properties.join(',')}::${data(message)}\n`;
}

/** The escapes of the runner; the per cent sign comes first, because the others bring it. */
function data(text: string): string {
  return escapedLines(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
