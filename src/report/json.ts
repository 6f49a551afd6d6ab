import type { StepReason } from '../flow/reasons.ts';
import { escapeJson } from './escape.ts';
import { stepWords } from './flow/reason.ts';

/** A document as JSON text, with its reasons in words and a final new line. */
export function documentJson(document: unknown): string {
  return `${escapeJson(JSON.stringify(document, worded, 2))}\n`;
}

/** An error as the JSON document that takes the place of a report. */
export function errorJson(error: Readonly<Record<string, unknown>>): string {
  return documentJson({ schemaVersion: 1, error });
}

function worded(key: string, value: unknown): unknown {
  return key === 'why' ? stepWords(value as StepReason) : value;
}
