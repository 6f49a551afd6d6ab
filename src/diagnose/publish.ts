import type { Finding } from '../model/report.ts';
import { CommandWriter } from '../rules/command-writer.ts';
import type { Found } from './finding.ts';

/**
 * Findings as reports have them, in the order of the report: their edits are commands of their remedies. `isSure`: whether
 * every rule was read, so that positions are those of the kernel.
 */
export function publish(findings: readonly Found[], isSure: boolean): Finding[] {
  const writer = new CommandWriter(isSure);
  return findings.map(({ edits = [], ...found }) => {
    const remedy = [found.remedy ?? [], writer.write(edits)].flat().join('\n');
    return { ...found, ...(remedy === '' ? {} : { remedy }) };
  });
}
