import type { StepReason } from '../flow/reasons.ts';
import type { CheckReport } from '../model/report.ts';
import type { TraceReport } from '../model/trace.ts';
import { escapeJson } from './escape.ts';
import { stepWords } from './flow/reason.ts';

/** The report of `check` as the JSON document that schema/check.schema.json describes, with a final new line. */
export function checkJson(report: CheckReport): string {
  return jsonDocument(report);
}

/** One trace as the JSON document that schema/trace.schema.json describes, with a final new line. */
export function traceJson(trace: TraceReport): string {
  return jsonDocument(trace);
}

/** An error as the JSON document that takes the place of a report, with a final new line. */
export function errorJson(error: Readonly<Record<string, unknown>>): string {
  return jsonDocument({ schemaVersion: 1, error });
}

/** A report as a JSON document, with its reasons in words and a final new line. */
export function jsonDocument(value: unknown): string {
  return `${escapeJson(JSON.stringify(value, worded, 2))}\n`;
}

function worded(key: string, value: unknown): unknown {
  return key === 'why' ? stepWords(value as StepReason) : value;
}
