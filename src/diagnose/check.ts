import { LIMITS, TooComplex } from '../evaluate/symbolic/limits.ts';
import { checkTime } from '../evaluate/symbolic/time.ts';
import type { Context } from '../expect/context.ts';
import type { Family } from '../model/family.ts';
import type { CheckOutcome, Difference, Evidence, Finding, Severity } from '../model/report.ts';
import type { Edit } from '../rules/edits.ts';
import { entryOf, pageOf } from './catalogue/index.ts';

/** One thing that `check` looks at. */
export interface Check {
  /** Kebab case, stable. */
  readonly id: string;
  /** What it makes sure of, as the report says it when it passes. */
  readonly description: string;
  /** The codes it can raise. */
  readonly codes: readonly string[];
  readonly run: (context: Context) => CheckResult;
}

/** A finding before its edits become commands, which depend on those of all findings before it. */
export interface Found extends Finding {
  readonly edits?: readonly Edit[];
}

/** What a check found, or why it did not look. */
export type CheckResult = readonly Found[] | { readonly skipped: string } | { readonly undetermined: string };

/** A finding's particulars; title, severity and page come from the catalogue. */
export interface FindingDetails {
  readonly message: string;
  readonly family?: Family;
  readonly severity?: Severity;
  readonly evidence?: readonly Evidence[];
  readonly differences?: readonly Difference[];
  /** What to do about this very case, in words; the catalogue's first remedy comes before it. */
  readonly advice?: string;
  /** What to do about it with commands, which end the remedy. */
  readonly edits?: readonly Edit[];
}

/**
 * A finding of a code of the catalogue.
 * @throws Error when the catalogue has no such code
 */
export function finding(code: string, details: FindingDetails): Found {
  const entry = entryOf(code);
  if (!entry) throw new Error(`the catalogue has no code ${code}`);
  const severity = details.severity ?? entry.severity ?? 'info';
  const remedy = [entry.remedy[0], details.advice].filter((text) => text !== undefined && text !== '').join('\n');
  return {
    code,
    severity,
    title: entry.title,
    message: details.message,
    ...(details.family === undefined ? {} : { family: details.family }),
    evidence: details.evidence ?? [],
    differences: details.differences ?? [],
    ...(remedy === '' ? {} : { remedy }),
    hint: pageOf(code),
    ...(details.edits === undefined ? {} : { edits: details.edits }),
  };
}

/** Runs a check; a finding of severity info does not fail it. */
export function runCheck(check: Check, context: Context): { outcome: CheckOutcome; findings: readonly Found[] } {
  const result = withinReach(check, context);
  if ('skipped' in result) return { outcome: outcome(check, 'skipped', result.skipped), findings: [] };
  if ('undetermined' in result) return { outcome: outcome(check, 'undetermined', result.undetermined), findings: [] };
  const failing = result.filter(({ severity }) => severity !== 'info');
  const codes = [...new Set(failing.map(({ code }) => code))].join(', ');
  const how = failing.length > 0 ? outcome(check, 'fail', codes) : outcome(check, 'pass', check.description);
  return { outcome: how, findings: result };
}

/** Rules can be so many that a check has no time left, or loses it on the way. */
function withinReach(check: Check, context: Context): CheckResult {
  try {
    checkTime(LIMITS.tellingSeconds);
    return check.run(context);
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    return { undetermined: error.message };
  }
}

function outcome(check: Check, how: CheckOutcome['outcome'], reason: string): CheckOutcome {
  return { id: check.id, outcome: how, reason };
}
