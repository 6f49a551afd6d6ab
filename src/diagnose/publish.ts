import type { Context } from '../expect/context.ts';
import type { Finding } from '../model/report.ts';
import { CommandWriter } from '../rules/command-writer.ts';
import type { Found } from './finding.ts';
import { causeInWords, remedyOf, situationOf } from './remedy/index.ts';

/**
 * Findings as reports have them, in the order of the report: with the likely cause, and what to do about it. `isSure`:
 * whether every rule was read, so that positions are those of the kernel.
 */
export function publish(findings: readonly Found[], context: Context, isSure: boolean): Finding[] {
  const writer = new CommandWriter(isSure);
  const situation = situationOf(context);
  return findings.map(({ edits = [], likely, advice, hint, ...found }) => {
    const cause = likely === undefined ? null : causeInWords(likely, situation);
    const remedy = remedyOf({ code: found.code, likely, advice }, writer.write(edits), situation);
    return { ...found, ...(cause !== null && { cause }), ...(remedy !== '' && { remedy }), hint };
  });
}
