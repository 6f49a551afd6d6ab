import type { CheckOutcome, CheckReport, Evidence, Finding, Suppressed, Undetermined } from '../../model/report.ts';
import { checkCounts } from '../check/checks.ts';
import { stepsOf } from '../check/steps.ts';
import { suppressedText } from '../check/suppressed.ts';
import { escapeText } from '../escape.ts';
import { leftOutWords } from '../left-out.ts';
import { evidencePlace } from '../plain.ts';
import { verdictSentence } from '../verdict.ts';
import { familyName, packetWords, verdictWords } from '../words.ts';
import { block, code, markdownDocument, prose } from './text.ts';

/**
 * The report of `check` for a ticket: the verdict, what was found and what to do about it. Of the checks it lists those
 * that need attention: whoever reads a ticket has to find these.
 */
export function checkMarkdown(report: CheckReport): string {
  const leftOut = leftOutWords(report);
  return markdownDocument([
    `## istio-nat check: ${report.verdict}`,
    prose(verdictSentence(report)),
    ...(leftOut === null ? [] : [prose(leftOut)]),
    ...report.findings.flatMap(findingBlocks),
    ...openBlocks(report.undetermined, 'Could not be checked'),
    ...suppressedBlocks(report.suppressed ?? []),
    ...unseenBlocks(report),
    ...checkBlocks(report),
  ]);
}

function suppressedBlocks(suppressed: readonly Suppressed[]): string[] {
  if (suppressed.length === 0) return [];
  return ['### Suppressed', suppressed.map((one) => `- ${prose(suppressedText(one))}`).join('\n')];
}

function unseenBlocks({ seen: { unseen } }: CheckReport): string[] {
  if (unseen.length === 0) return [];
  return [
    `Not seen: ${unseen.map(({ what, command }) => `${prose(what)} (${code(escapeText(command))})`).join(', ')}.`,
  ];
}

function checkBlocks(report: CheckReport): string[] {
  if (report.checks.length === 0) return [];
  const loud = report.checks.flatMap(loudLine);
  return [
    '### Checks',
    ...(loud.length === 0 ? [] : [loud.join('\n')]),
    `${checkCounts(report)}. ${code('--output json')} lists them all.`,
  ];
}

function findingBlocks(finding: Finding): string[] {
  const { code: number, severity, title, family, message, evidence, differences, cause, remedy } = finding;
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
    ...(cause === undefined ? [] : [`**Likely cause:** ${prose(cause)}`]),
    ...(remedy === undefined ? [] : ['**What to do**', ...remedyBlocks(remedy)]),
    `More: ${code(`istio-nat explain ${number}`)}`,
  ];
}

function evidenceBlocks(evidence: Evidence): string[] {
  const quote = evidence.text === '' ? [] : [block(escapeText(evidence.text))];
  return [`${prose(evidencePlace(evidence))}:`, ...quote];
}

/** The steps in a list, the commands of each as one block, to be copied as a whole. */
function remedyBlocks(remedy: string): string[] {
  return stepsOf(remedy).map(({ text, commands }, at) => {
    const commandBlock = commands.length === 0 ? [] : ['', block(commands.map(escapeText).join('\n'), 'sh')];
    const [first, ...rest] = [prose(text), ...commandBlock].join('\n').split('\n');
    return [`${at + 1}. ${first}`, ...rest.map((line) => (line === '' ? '' : `   ${line}`))].join('\n');
  });
}

/** What could not be told, under a heading; nothing where all could. */
export function openBlocks(open: readonly Undetermined[], title = 'Could not be told'): string[] {
  if (open.length === 0) return [];
  const lines = open.map((one) => `- ${one.code}: ${prose(one.message)} To see it: ${prose(one.remedy)}`);
  return [`### ${title}`, lines.join('\n')];
}

/** The checks that a reader of a ticket has to look at. */
const LOUD: Readonly<Partial<Record<CheckOutcome['outcome'], string>>> = {
  fail: '✗ failed',
  undetermined: '? undetermined',
};

function loudLine({ id, outcome, reason }: CheckOutcome): string[] {
  const sign = LOUD[outcome];
  return sign === undefined ? [] : [`- ${sign} ${code(escapeText(id))}: ${prose(reason)}`];
}
