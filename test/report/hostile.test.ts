import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { CheckReport } from '../../src/model/report.ts';
import { type FormatName, formatsOf, rendererOf } from '../../src/report/formats.ts';
import { hostileText, reportWith } from './hostile.ts';
import { isInstalled, sarifValidator, xmllint } from './validators.ts';

const OPTIONS = { color: false, width: 80, now: new Date('2026-01-02T03:04:05Z') };

/** Holds of a format, whatever somebody wrote into a rule. */
async function always(format: FormatName, holds: (text: string, report: CheckReport, hostile: string) => void) {
  const render = await rendererOf('check', format);
  fc.assert(
    fc.property(hostileText, (hostile) => {
      const report = reportWith(hostile);
      holds(render(report, OPTIONS), report, hostile);
    }),
    { numRuns: 300 },
  );
}

describe('whatever a pod holds', () => {
  it.each(formatsOf('check'))('%s has no character that drives a terminal or hides', async (format) => {
    await always(format, (text) => {
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(text.endsWith('\n')).toBe(true);
    });
  });

  it('YAML is the JSON document', async () => {
    const json = await rendererOf('check', 'json');
    await always('yaml', (text, report) => {
      expect(parse(text)).toEqual(JSON.parse(json(report, OPTIONS)));
      expect(parse(text, { version: '1.1' })).toEqual(JSON.parse(json(report, OPTIONS)));
    });
  });

  it('JUnit is XML with the same tests', async () => {
    const parser = new XMLParser({ ignoreAttributes: false, parseAttributeValue: false });
    await always('junit', (text, report) => {
      expect(XMLValidator.validate(text)).toBe(true);
      const { testsuite } = parser.parse(text).testsuites;
      expect(testsuite.testcase).toHaveLength(report.checks.length + report.undetermined.length);
      const numbers = ['tests', 'failures', 'errors', 'skipped'].map((name) => testsuite[`@_${name}`]);
      expect(numbers).toEqual(['4', '1', '2', '1']);
      expect(Object.keys(testsuite).filter((name) => !name.startsWith('@_'))).toEqual([
        'properties',
        'testcase',
        'system-out',
        'system-err',
      ]);
    });
  });

  it.skipIf(!isInstalled('xmllint'))('JUnit validates (where xmllint is installed)', async () => {
    const render = await rendererOf('check', 'junit');
    for (const hostile of fc.sample(hostileText, { numRuns: 40, seed: 1 })) {
      expect(xmllint(render(reportWith(hostile), OPTIONS)), JSON.stringify(hostile)).toBe('');
    }
  });

  it('SARIF validates, and its messages hold no links', async () => {
    const validate = sarifValidator();
    await always('sarif', (text) => {
      const log = JSON.parse(text);
      validate(log);
      expect(validate.errors).toBeNull();
      const [run] = log.runs;
      for (const { message } of [...run.results, ...run.invocations[0].toolExecutionNotifications]) {
        expect(message.text).not.toMatch(/\]\(|\{\d+\}/);
      }
    });
  });

  it('GitHub gets a command on each line, and only those that we give', async () => {
    const command = /^::(error|warning|notice) (file=[^:,]*,)?(line=\d+,)?title=[^:,]*::.+$/;
    await always('github', (text, { findings, undetermined }) => {
      const lines = text.trimEnd().split('\n');
      for (const line of lines) expect(line).toMatch(command);
      expect(lines).toHaveLength(findings.length + undetermined.length + 1);
    });
  });

  it('Prometheus gets the same metrics', async () => {
    const render = await rendererOf('check', 'prometheus');
    const plain = render(reportWith('plain'), OPTIONS);
    await always('prometheus', (text) => expect(text).toBe(plain));
  });

  it('Markdown has our headings and lists, and all that is strange in it is code', async () => {
    const render = await rendererOf('check', 'markdown');
    const plain = structureOf(marked.parse(render(reportWith('plain'), OPTIONS), { async: false }));
    await always('markdown', (text, _, hostile) => {
      const html = marked.parse(text, { async: false });
      if (hostile.trim() !== '') expect(structureOf(html)).toEqual(plain);
      const outside = html
        .replaceAll(/<code[^>]*>[^<]*<\/code>/g, '')
        .replaceAll(/<\/?(h\d|p|ul|li|pre|strong)>|&#39;/g, '');
      expect(outside).not.toMatch(/[<@#|*_`~[\]\\]|:\/\/|www\.|GH-\d/);
    });
  });
});

/** The tags of blocks, in order. */
function structureOf(html: string): string[] {
  return [...html.matchAll(/<(h\d|ul|ol|li|pre|hr|table|blockquote|strong|em|a|img|del)\b/g)].map(([tag]) => tag);
}
