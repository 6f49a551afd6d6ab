import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../../src/model/report.ts';
import { checkTable } from '../../../src/report/check/table.ts';
import { checkRecording, recordings, waysToRead } from '../../diagnose/recorded.ts';

const SCREEN = { color: false, width: 80 };
const WORDS: Readonly<Record<CheckReport['verdict'], RegExp>> = {
  healthy: /healthy|captured/i,
  degraded: /works|degraded/i,
  broken: /broken/i,
  undetermined: /could not be judged|undetermined/i,
};

/** Commands can be pasted, so they are as long as they are. */
const isProse = (line: string) => !/^ {7}\S|`/.test(line);

/** What a finding quotes and says: its sentences, and the text of rules, of which no word is left out by the width. */
function repeated(report: CheckReport, table: string): string[] {
  const plain = table.replace(/\s+/g, ' ');
  return report.findings.flatMap(({ message, evidence }) => {
    const sentences = message.split(/(?<=\.) /);
    const rules = evidence.flatMap((one) => (one.kind === 'rule' ? [one.text] : []));
    return [...sentences, ...rules].filter((said) => said.length > 20 && timesIn(plain, said.replace(/\s+/g, ' ')) > 1);
  });
}

function timesIn(text: string, part: string): number {
  return text.split(part).length - 1;
}

const CASES = recordings().flatMap((recorded) => waysToRead(recorded).map((way) => ({ ...recorded, recorded, way })));

describe('every recorded pod on 80 columns', () => {
  it.each(CASES)('$name $variant $way', async ({ recorded, way }) => {
    const report = await checkRecording(recorded, way);
    const table = checkTable(report, SCREEN);
    const lines = table.trimEnd().split('\n');
    const loud = report.findings.filter(({ severity }) => severity !== 'info');
    expect([lines[0], lines.at(-1)]).toEqual([
      expect.stringMatching(WORDS[report.verdict]),
      expect.stringMatching(WORDS[report.verdict]),
    ]);
    if (report.verdict === 'healthy') expect(lines.length).toBeLessThanOrEqual(12);
    // The prompt that comes next has a line as well.
    if (loud.length === 1) expect(lines.length, table).toBeLessThanOrEqual(23);
    if (loud.length === 1) expect(repeated(report, table)).toEqual([]);
    expect(lines.filter((line) => isProse(line) && line.length > 80)).toEqual([]);
  });
});
