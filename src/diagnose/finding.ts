import type { FindingCode } from '../model/code.ts';
import type { Family } from '../model/family.ts';
import type { Difference, Evidence, Finding, Severity } from '../model/report.ts';
import type { Edit } from '../rules/edits.ts';
import { ENTRIES, pageOf } from './catalogue/index.ts';
import type { LikelyCause } from './remedy/causes.ts';

/** A finding before its remedy is worded: commands depend on those of all findings before it. */
export interface Found<C extends FindingCode = FindingCode> extends Omit<Finding<C>, 'cause' | 'remedy'> {
  readonly likely?: LikelyCause;
  readonly advice?: string;
  readonly edits?: readonly Edit[];
}

/** A finding's particulars; title, severity and page come from the catalogue. */
export interface FindingDetails {
  readonly message: string;
  readonly family?: Family;
  readonly severity?: Severity;
  readonly evidence?: readonly Evidence[];
  readonly differences?: readonly Difference[];
  /** What it is about where no difference says so. */
  readonly ports?: readonly number[];
  /** Why it is so; without it the remedy is that of the catalogue. */
  readonly likely?: LikelyCause;
  /** Steps for this very case, a line each, that come before those for its cause. */
  readonly advice?: string;
  /** What to do about it with commands, which end the remedy. */
  readonly edits?: readonly Edit[];
}

/** A finding of a code of the catalogue. */
export function finding<C extends FindingCode>(code: C, details: FindingDetails): Found<C> {
  const entry = ENTRIES[code];
  return {
    code,
    severity: details.severity ?? entry.severity,
    title: entry.title,
    message: details.message,
    ...(details.family === undefined ? {} : { family: details.family }),
    evidence: details.evidence ?? [],
    differences: details.differences ?? [],
    ...(details.ports === undefined ? {} : { ports: [...new Set(details.ports)].toSorted((a, b) => a - b) }),
    hint: pageOf(code),
    ...(details.likely === undefined ? {} : { likely: details.likely }),
    ...(details.advice === undefined ? {} : { advice: details.advice }),
    ...(details.edits === undefined ? {} : { edits: details.edits }),
  };
}
