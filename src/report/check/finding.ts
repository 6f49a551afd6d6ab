import type { Verdict } from '../../model/packet.ts';
import type { Difference, Evidence, Finding, QuotedRule } from '../../model/report.ts';
import { COMMAND } from '../../rules/command-writer.ts';
import { escapeText } from '../escape.ts';
import { type Style, shownOf, symbol } from '../style.ts';
import { classWords, familyName, packetWords, place, verdictWords } from '../words.ts';
import { clip, indent, labelled, wrap } from '../wrap.ts';

/** Column where the text after a label starts. */
const COLUMN = 11;
const MOST_EVIDENCE = 6;
const MOST_DIFFERENCES = 3;
/** A rule may quote a comment of 256 bytes and fifteen ports; what is longer is in the JSON report. */
const LONGEST_QUOTE = 600;

/** The lines of one finding: what is wrong, the rules that are guilty, a packet that shows it, and what to do. */
export function findingLines(finding: Finding, style: Style): string[] {
  const { chalk } = style;
  const family = finding.family === undefined ? '' : ` (${familyName(finding.family)})`;
  const title = wrap(escapeText(`${finding.code} ${finding.title}${family}`), style.width - 2);
  return [
    ...title.map((line, index) => `${index === 0 ? symbol(finding.severity, chalk) : ' '} ${chalk.bold(line)}`),
    ...indent(
      [
        ...paragraphs(finding.message, style.width - 2),
        ...evidenceLines(finding, style),
        ...differenceLines(finding, style),
        ...(finding.remedy === undefined ? [] : labelled('Remedy', COLUMN, remedyLines(finding.remedy, style))),
        ...labelled(
          'More',
          COLUMN,
          paragraphs(finding.hint, style.width - 2 - COLUMN).map((line) => chalk.dim(line)),
        ),
      ],
      2,
    ),
  ];
}

/** Our own texts may have several lines; what they quote cannot break out of its own. */
function paragraphs(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrap(escapeText(line), width));
}

/** Commands stand on lines of their own that are never broken: each half of one would be a command to a shell. */
function remedyLines(remedy: string, style: Style): string[] {
  const lines = remedy.split('\n');
  return lines.flatMap((line, index) => {
    if (!line.startsWith(COMMAND)) return paragraphs(line, style.width - 2 - COLUMN);
    const heading = lines[index - 1]?.startsWith(COMMAND) ? [] : [COMMAND.trimEnd()];
    return [...heading, `  ${escapeText(line.slice(COMMAND.length))}`];
  });
}

function evidenceLines(finding: Finding, style: Style): string[] {
  const most = shownOf(MOST_EVIDENCE, style);
  const shown = finding.evidence.slice(0, most).flatMap((evidence) => oneEvidence(evidence, style));
  return [...shown, ...more(finding.evidence.length - most, style)];
}

function oneEvidence(evidence: Evidence, style: Style): string[] {
  switch (evidence.kind) {
    case 'rule':
      return quoted('Rule', `${place(evidence)}${origin(evidence.source, evidence.line)}`, evidence.text, style);
    case 'chain':
      return quoted('Chain', `${evidence.table} ${evidence.chain}`, evidence.text, style);
    case 'socket':
      return quoted('Socket', '', evidence.text, style);
    case 'command':
      return quoted('Command', evidence.command, evidence.text, style);
    case 'input':
      return quoted('Input', `${evidence.source}:${evidence.line}:${evidence.column}`, evidence.text, style);
  }
}

function origin(source: string | undefined, line: number | undefined): string {
  if (source === undefined) return '';
  return line === undefined || line === 0 ? ` (${source})` : ` (${source}:${line})`;
}

/** A heading that says where a text is, and under it the text as it was read. */
function quoted(label: string, heading: string, text: string, style: Style): string[] {
  const width = style.width - 2 - COLUMN;
  const lines = [
    ...(heading === '' ? [] : wrap(escapeText(heading), width)),
    ...(text === '' ? [] : wrap(escapeText(clip(text, LONGEST_QUOTE)), width).map((line) => style.chalk.cyan(line))),
  ];
  return labelled(label, COLUMN, lines);
}

function differenceLines(finding: Finding, style: Style): string[] {
  const most = shownOf(MOST_DIFFERENCES, style);
  const quotedAbove = new Set(finding.evidence.slice(0, shownOf(MOST_EVIDENCE, style)).flatMap(ruleKeys));
  const shown = finding.differences
    .slice(0, most)
    .flatMap((difference) => oneDifference(difference, quotedAbove, style));
  return [...shown, ...more(finding.differences.length - most, style)];
}

function ruleKeys(evidence: Evidence): string[] {
  return evidence.kind === 'rule' ? [`${place(evidence)}: ${evidence.text}`] : [];
}

function oneDifference(difference: Difference, quotedAbove: ReadonlySet<string>, style: Style): string[] {
  const width = style.width - 2 - COLUMN;
  const affected = classWords(difference.packets);
  return [
    ...(affected === '' ? [] : labelled('Packets', COLUMN, wrap(escapeText(affected), width))),
    ...labelled('Such as', COLUMN, wrap(escapeText(packetWords(difference.witness)), width)),
    ...outcome('Is now', difference.live, difference.liveRule, quotedAbove, style),
    ...outcome('Should be', difference.expected, difference.expectedRule, quotedAbove, style),
  ];
}

function outcome(
  label: string,
  verdict: Verdict,
  rule: QuotedRule | null,
  quotedAbove: ReadonlySet<string>,
  style: Style,
): string[] {
  const width = style.width - 2 - COLUMN;
  return labelled(label, COLUMN, [
    ...wrap(escapeText(verdictWords(verdict)), width),
    ...(rule === null ? [] : decidingRule(rule, quotedAbove, width).map((line) => style.chalk.dim(line))),
  ]);
}

/** The rule that decides, with its text unless the evidence has just shown it. */
function decidingRule(rule: QuotedRule, quotedAbove: ReadonlySet<string>, width: number): string[] {
  const full = `${place(rule)}: ${rule.text}`;
  return wrap(escapeText(quotedAbove.has(full) ? `${place(rule)}, above` : clip(full, LONGEST_QUOTE)), width);
}

function more(number: number, style: Style): string[] {
  return number > 0 ? indent([style.chalk.dim(`… and ${number} more, all in the report of --json`)], COLUMN) : [];
}
