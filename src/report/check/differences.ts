import { contrastInWords } from '../../diagnose/traffic/words.ts';
import type { Verdict } from '../../model/packet.ts';
import type { Difference, Finding, QuotedRule } from '../../model/report.ts';
import { escapeText } from '../escape.ts';
import type { Style } from '../style.ts';
import { classWords, packetWords, place, verdictWords } from '../words.ts';
import { clip, indent, labelled, wrap } from '../wrap.ts';
import { COLUMN } from './row.ts';

/** A rule may quote a comment of 256 bytes and fifteen ports; what is longer is in the JSON report. */
export const LONGEST_QUOTE = 600;

/** One packet that shows what is wrong; of everything that differs all, where everything is asked for. */
export function differenceLines(finding: Finding, style: Style): string[] {
  const [first] = finding.differences;
  if (first === undefined) return [];
  return style.verbose === true ? inFull(finding, style) : shownBy(first, finding, style);
}

/** What becomes of the packet is said once: in the message, or here. */
function shownBy({ packets, witness, live, expected }: Difference, { message }: Finding, style: Style): string[] {
  const width = style.width - 2 - COLUMN;
  // Any other port would do as well, unless the class is told apart by it.
  const { sourcePort: _, ...rest } = witness;
  const packet = wrap(escapeText(packetWords(packets.sourcePort === undefined ? rest : witness)), width);
  const isSaid = contrastInWords(live, expected).every((words) => message.includes(words));
  const outcome = isSaid
    ? []
    : wrap(escapeText(`${verdictWords(live)}; it should be ${verdictWords(expected)}`), width);
  return labelled('Packet', COLUMN, [...packet, ...outcome]);
}

function inFull({ evidence, differences }: Finding, style: Style): string[] {
  const quotedAbove = new Set(evidence.flatMap((one) => (one.kind === 'rule' ? [`${place(one)}: ${one.text}`] : [])));
  return differences.flatMap((difference) => oneInFull(difference, quotedAbove, style));
}

function oneInFull(difference: Difference, quotedAbove: ReadonlySet<string>, style: Style): string[] {
  const width = style.width - 2 - COLUMN;
  const affected = classWords(difference.packets);
  return [
    ...(affected === '' ? [] : labelled('Packets', COLUMN, wrap(escapeText(affected), width))),
    ...labelled('Such as', COLUMN, wrap(escapeText(packetWords(difference.witness)), width)),
    ...outcome('Is now', difference.live, difference.liveRule, quotedAbove, style),
    ...outcome('Meant', difference.expected, difference.expectedRule, quotedAbove, style),
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

/** That there is more of something than is shown. */
export function moreLines(number: number, style: Style): string[] {
  return number > 0 ? indent([style.chalk.dim(`… and ${number} more: --verbose`)], COLUMN) : [];
}
