import type { Source, Undetermined } from '../diagnose/report.ts';
import { escapeText } from './escape.ts';
import { type Style, symbol } from './style.ts';
import { clip, indent, labelled, wrap } from './wrap.ts';

/** Whose rules a report is about: `this pod`, `the pod of pod.rules`. */
export function subjectOf(source: Source): string {
  switch (source.kind) {
    case 'live':
      return 'this pod';
    case 'example':
      return `the example pod "${source.name}"`;
    case 'rules': {
      const names = source.files.map((file) => (file === '-' ? 'stdin' : file)).join(', ');
      return `the pod of ${clip(names, 80)}`;
    }
  }
}

/** The section about what could not be told; empty when there is nothing. */
export function openLines(open: readonly Undetermined[], style: Style): string[] {
  if (open.length === 0) return [];
  const width = style.width - 2;
  const lines = open.flatMap((one) => [
    `${symbol('undetermined', style.chalk)} ${style.chalk.bold(escapeText(one.code))}`,
    ...indent(wrap(escapeText(one.message), width), 2),
    ...indent(labelled('To see it', 11, wrap(escapeText(one.remedy), width - 11)), 2),
  ]);
  return [style.chalk.bold('Could not be told'), ...lines];
}
