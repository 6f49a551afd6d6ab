import type { Evidence, Finding } from '../../model/report.ts';
import { escapeText } from '../escape.ts';
import { type Style, shownOf, symbol } from '../style.ts';
import { evidenceHeading, familyName } from '../words.ts';
import { clip, indent, labelled, wrap } from '../wrap.ts';
import { differenceLines, LONGEST_QUOTE, moreLines } from './differences.ts';
import { COLUMN } from './row.ts';
import { stepLines } from './steps.ts';

/** Lines of guilty rules that are enough to act on; --verbose has them all. */
const MOST_EVIDENCE = 3;

/** The lines of one finding: what is wrong, the rules that are guilty, a packet that shows it, and what to do. */
export function findingLines(finding: Finding, style: Style): string[] {
  const { message, cause, remedy, hint } = finding;
  const width = style.width - 2;
  return [
    ...titleLines(finding, style),
    ...indent(
      [
        ...paragraphs(message, width),
        ...evidenceLines(finding, style),
        ...differenceLines(finding, style),
        ...(cause === undefined ? [] : labelled('Likely', COLUMN, paragraphs(cause, width - COLUMN))),
        ...(remedy === undefined ? [] : stepLines(remedy, { ...style, width })),
        ...(style.verbose === true ? labelled('More', COLUMN, paragraphs(hint, width - COLUMN)) : []),
      ],
      2,
    ),
  ];
}

/** The sign, code and title of a finding. */
function titleLines({ code, title, family, severity }: Finding, { chalk, width }: Style): string[] {
  const words = wrap(
    escapeText(`${code} ${title}${family === undefined ? '' : ` (${familyName(family)})`}`),
    width - 2,
  );
  return words.map((line, index) => `${index === 0 ? symbol(severity, chalk) : ' '} ${chalk.bold(line)}`);
}

/** Our own texts may have several lines; what they quote cannot break out of its own. */
function paragraphs(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrap(escapeText(line), width));
}

function evidenceLines({ evidence }: Finding, style: Style): string[] {
  const most = style.tight === true ? 1 : shownOf(MOST_EVIDENCE, style);
  const [first = [], ...others] = evidence.map((one) => oneEvidence(one, style));
  const shown = [...first];
  let count = 1;
  for (const lines of others) {
    if (shown.length + lines.length > most) break;
    shown.push(...lines);
    count += 1;
  }
  return [...shown, ...(style.tight === true ? [] : moreLines(evidence.length - count, style))];
}

function oneEvidence(evidence: Evidence, style: Style): string[] {
  const { label, place } = evidenceHeading(evidence);
  return quoted(label, place, evidence.text, style);
}

/** A heading that says where a text is, and behind or under it the text as it was read. */
function quoted(label: string, heading: string, text: string, style: Style): string[] {
  const width = style.width - 2 - COLUMN;
  const [where, what] = [escapeText(heading), escapeText(clip(text, LONGEST_QUOTE))];
  const { chalk } = style;
  if (where !== '' && what !== '' && where.length + 2 + what.length <= width)
    return labelled(label, COLUMN, [`${where}  ${chalk.cyan(what)}`]);
  const lines = [
    ...(where === '' ? [] : wrap(where, width)),
    ...(what === '' ? [] : wrap(what, width).map((line) => chalk.cyan(line))),
  ];
  return labelled(label, COLUMN, lines);
}
