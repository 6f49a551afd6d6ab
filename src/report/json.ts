import type { CheckReport } from '../model/report.ts';
import { escapeJson } from './escape.ts';
import type { Trace } from './trace/table.ts';

/** The report of `check` as the JSON document that schema/check.schema.json describes, with a final new line. */
export function checkJson(report: CheckReport): string {
  return document(report);
}

/** One trace as the JSON document that schema/trace.schema.json describes, with a final new line. */
export function traceJson(trace: Trace): string {
  return document(trace);
}

/** An error as the JSON document that takes the place of a report, with a final new line. */
export function errorJson(error: Readonly<Record<string, unknown>>): string {
  return document({ schemaVersion: 1, error });
}

function document(value: unknown): string {
  return `${escapeJson(JSON.stringify(value, null, 2))}\n`;
}
