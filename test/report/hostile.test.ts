import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { DiffAnswer, DiffDifference } from '../../src/diagnose/differences.ts';
import type { CheckReport } from '../../src/model/report.ts';
import type { ReportedFailure } from '../../src/report/failure.ts';
import { type FormatName, failureRendererOf, formatsOf, rendererOf } from '../../src/report/formats.ts';
import { hostileText, reportWith } from './hostile.ts';
import { FINDING } from './sample.ts';
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
      // Where cli-table3 cuts a word it may leave half a pair, which no encoding lets through.
      const written = format === 'table' ? Buffer.from(text).toString() : text;
      expect(written.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
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
    // Each line of a remedy is a step, so what is compared has as many.
    const asPlain = (hostile: string) => hostile.replaceAll(/[^\n]+/g, (line) => (line.trim() === '' ? '' : 'plain'));
    await always('markdown', (text, _, hostile) => {
      const html = marked.parse(text, { async: false });
      const plain = render(reportWith(asPlain(hostile)), OPTIONS);
      if (hostile.trim() !== '') expect(structureOf(html)).toEqual(structureOf(marked.parse(plain, { async: false })));
      expect(outsideOfCode(html)).not.toMatch(STRANGE);
    });
  });
});

describe('an error that quotes whatever a pod holds', () => {
  const RUN = { command: 'check', now: OPTIONS.now };

  /** Holds of an error in a format, whatever it quotes. */
  async function alwaysSaid(format: string, holds: (text: string, failure: ReportedFailure) => void) {
    const render = await failureRendererOf(format);
    if (render === null) throw new Error(`${format} says no errors`);
    fc.assert(
      fc.property(hostileText, (message) => {
        const failure = { kind: 'cannot-look', exitCode: 3, message, hint: message } as const;
        const text = render(failure, RUN);
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        holds(text, failure);
      }),
    );
  }

  it('is what it is in YAML', async () => {
    await alwaysSaid('yaml', (text, failure) => expect(parse(text)).toEqual({ schemaVersion: 1, error: failure }));
  });

  it('is one test in JUnit', async () => {
    await alwaysSaid('junit', (text) => {
      expect(XMLValidator.validate(text)).toBe(true);
      expect(text.match(/<testcase /g)).toHaveLength(1);
    });
  });

  it('is a valid run without results in SARIF', async () => {
    const validate = sarifValidator();
    await alwaysSaid('sarif', (text) => {
      validate(JSON.parse(text));
      expect(validate.errors).toBeNull();
    });
  });

  it('is one command to GitHub', async () => {
    await alwaysSaid('github', (text) =>
      expect(text).toMatch(/^::error title=istio-nat check%3A could not look::.*\n$/),
    );
  });

  it('is code in Markdown', async () => {
    await alwaysSaid('markdown', (text) =>
      expect(outsideOfCode(marked.parse(text, { async: false }))).not.toMatch(STRANGE),
    );
  });

  it('is no part of metrics', async () => {
    await alwaysSaid('prometheus', (text) =>
      expect(text).toMatch(/^(# (HELP|TYPE) [\w ,.]+\n|istio_nat_\w+\{[\w=",-]+\} \d+\n)+$/),
    );
  });
});

describe('a comparison of whatever a pod holds', () => {
  const [difference] = FINDING.differences;

  async function alwaysDiffers(format: FormatName, holds: (text: string) => void) {
    const render = await rendererOf('diff', format);
    fc.assert(
      fc.property(hostileText, (text) => {
        const rule = { table: text, chain: text, index: 1, text };
        const shown = { ...difference, liveRule: rule, expectedRule: rule } as DiffDifference;
        const answer: DiffAnswer = {
          report: { schemaVersion: 1, equivalent: false, differences: [shown], undetermined: [] },
          source: { kind: 'rules', files: [text] },
          other: { kind: 'rules', files: [text] },
          causes: [{ kind: 'added', rule }],
        };
        holds(render(answer, OPTIONS));
      }),
    );
  }

  it('validates as SARIF', async () => {
    const validate = sarifValidator();
    await alwaysDiffers('sarif', (text) => {
      validate(JSON.parse(text));
      expect(validate.errors).toBeNull();
    });
  });

  it('is two commands to GitHub', async () => {
    await alwaysDiffers('github', (text) => expect(text).toMatch(/^::error [^\n]*\n::notice [^\n]*\n$/));
  });

  it('is code in Markdown', async () => {
    await alwaysDiffers('markdown', (text) =>
      expect(outsideOfCode(marked.parse(text, { async: false }))).not.toMatch(STRANGE),
    );
  });
});

/** What would be markup, a mention, an issue or a link to a tracker. */
const STRANGE = /[<@#|*_`~[\]\\]|:\/\/|www\.|GH-\d/;

function outsideOfCode(html: string): string {
  const words = html.replaceAll(/<code[^>]*>[^<]*<\/code>/g, '');
  return words.replaceAll(/<\/?(h\d|p|ul|ol|li|pre|strong)>|&#39;/g, '');
}

/** The tags of blocks, in order. */
function structureOf(html: string): string[] {
  return [...html.matchAll(/<(h\d|ul|ol|li|pre|hr|table|blockquote|strong|em|a|img|del)\b/g)].map(([tag]) => tag);
}
