import type { CheckOutcome, CheckReport, Evidence, Finding, Undetermined } from '../../model/report.ts';
import { COMMAND } from '../../rules/command-writer.ts';
import { escapeText } from '../escape.ts';
import { leftOutWords } from '../left-out.ts';
import { evidencePlace } from '../plain.ts';
import { verdictSentence } from '../verdict.ts';
import { familyName, packetWords, verdictWords } from '../words.ts';
import { block, code, markdownDocument, prose } from './text.ts';

/** The report of `check` for a ticket: the verdict, what was found and what to do about it, and what was checked. */
export function checkMarkdown(report: CheckReport): string {
  const leftOut = leftOutWords(report);
  return markdownDocument([
    `## istio-nat check: ${report.verdict}`,
    prose(verdictSentence(report)),
    ...(leftOut === null ? [] : [prose(leftOut)]),
    ...report.findings.flatMap(findingBlocks),
    ...openBlocks(report.undetermined, 'Could not be checked'),
    ...(report.checks.length === 0 ? [] : [`### Checks\n\n${report.checks.map(checkLine).join('\n')}`]),
  ]);
}

function findingBlocks(finding: Finding): string[] {
  const { code: number, severity, title, family, message, evidence, differences, remedy } = finding;
  const [difference] = differences;
  const over = family === undefined ? '' : ` (${familyName(family)})`;
  return [
    `### ${number} ${prose(title)}${over}: ${severity}`,
    ...message.split('\n').map(prose),
    ...evidence.flatMap(evidenceBlocks),
    ...(difference === undefined
      ? []
      : [
          `For example ${code(escapeText(packetWords(difference.witness)))}\nis ${prose(verdictWords(difference.live))}, and should be ${prose(verdictWords(difference.expected))}.`,
        ]),
    ...(remedy === undefined ? [] : ['**Remedy**', ...remedyBlocks(remedy)]),
    `More: ${code(`istio-nat explain ${number}`)}`,
  ];
}

function evidenceBlocks(evidence: Evidence): string[] {
  const quote = evidence.text === '' ? [] : [block(escapeText(evidence.text))];
  return [`${prose(evidencePlace(evidence))}:`, ...quote];
}

/** Commands that follow each other are one block, to be copied as a whole. */
function remedyBlocks(remedy: string): string[] {
  const blocks: string[] = [];
  let commands: string[] = [];
  const flush = () => {
    if (commands.length > 0) blocks.push(`${COMMAND.trim()}\n\n${block(commands.join('\n'), 'sh')}`);
    commands = [];
  };
  for (const line of remedy.split('\n')) {
    if (line.startsWith(COMMAND)) commands.push(escapeText(line.slice(COMMAND.length)));
    else {
      flush();
      blocks.push(prose(line));
    }
  }
  flush();
  return blocks;
}

/** What could not be told, under a heading; nothing where all could. */
export function openBlocks(open: readonly Undetermined[], title = 'Could not be told'): string[] {
  if (open.length === 0) return [];
  const lines = open.map((one) => `- ${one.code}: ${prose(one.message)} To see it: ${prose(one.remedy)}`);
  return [`### ${title}`, lines.join('\n')];
}

const SIGNS: Readonly<Record<CheckOutcome['outcome'], string>> = {
  pass: '✓ passed',
  fail: '✗ failed',
  skipped: '– skipped',
  undetermined: '? undetermined',
};

function checkLine({ id, outcome, reason }: CheckOutcome): string {
  return `- ${SIGNS[outcome]} ${code(escapeText(id))}: ${prose(reason)}`;
}
