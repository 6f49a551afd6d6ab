import type { CheckReport, Finding } from '../../model/report.ts';
import { leftOutWords } from '../left-out.ts';
import { type ReportOptions, type Style, shownOf, styleOf } from '../style.ts';
import { openLines } from '../subject.ts';
import { indent, wrap } from '../wrap.ts';
import { aroundRows, capturedRows } from './captured.ts';
import { checkCounts, checkLines } from './checks.ts';
import { findingLines } from './finding.ts';
import { headLines, lastLine, onlyLine } from './headline.ts';
import { inputLines } from './inputs.ts';
import { COLUMN, type Row, rowLines } from './row.ts';
import { suppressedLines } from './suppressed.ts';

/** More findings than anybody reads at once. */
const MOST_FINDINGS = 5;
/** Notes that are named: whoever wants to know asks for everything. */
const MOST_NOTES = 3;
/** A healthy pod is told in so many lines, of any terminal. */
const ONE_SCREEN = 12;
/** What a terminal shows at least, above the prompt that comes next. */
const SCREEN = 23;

/** How much of one finding is told: commands go last, because they are what somebody came for. */
const WAYS = [{}, { tight: true }, { tight: true, terse: true }] as const;

/**
 * The report of `check` for people, the verdict first and last. Of a healthy pod it says what is captured and what is not,
 * in one screen; of others each finding with the rule that is guilty, a packet and what to do. Everything there is to
 * tell is told where somebody asks for it, and nothing but the verdict where somebody asks for that.
 */
export function checkTable(report: CheckReport, options: ReportOptions): string {
  const style = styleOf(options);
  if (options.quiet === true) return `${onlyLine(report, style)}\n`;
  const isCalm = report.verdict === 'healthy' && style.verbose !== true;
  return `${(isCalm ? calmLines(report, style) : fitting(report, style)).join('\n')}\n`;
}

/** What is told of one finding fits on a screen. */
function fitting(report: CheckReport, style: Style): string[] {
  const isOne = report.findings.filter((finding) => !isNote(finding)).length === 1;
  const ways = isOne && style.verbose !== true ? WAYS : [{}];
  const told = ways.map((way) => sectionsOf(report, { ...style, ...way }));
  return told.find((lines) => lines.length <= SCREEN) ?? told.at(-1) ?? [];
}

function calmLines(report: CheckReport, style: Style): string[] {
  const head = headLines(report, style);
  const known = rowLines(capturedRows(report), style);
  const end = [
    ...rowLines([{ label: 'Checks', text: `${checkCounts(report)}; --verbose lists them` }], style),
    lastLine(report, style),
  ];
  const suppressed = suppressedLines(report, style);
  const room = ONE_SCREEN - head.length - known.length - suppressed.length - end.length;
  const extra = rowLines(
    [...aroundRows(report), ...unseenRows(report), ...noteRows(report), ...leftOutRows(report)],
    style,
  );
  const isCut = extra.length > Math.max(room, 0);
  const cut = isCut
    ? [...extra.slice(0, Math.max(room - 1, 0)), ...indent(['… and more: --verbose'], 2 + COLUMN)]
    : extra;
  return [...head, ...known, ...cut, ...suppressed, ...end];
}

function sectionsOf(report: CheckReport, style: Style): string[] {
  const all = style.verbose === true;
  const sections = [
    headLines(report, style),
    ...findingSections(report, style),
    suppressedLines(report, style),
    openLines(report.undetermined, style, 'Could not be checked'),
    ...(all
      ? [
          rowLines([...capturedRows(report), ...aroundRows(report)], style),
          inputLines(report, style),
          checkLines(report, style),
          unseenLines(style),
        ]
      : []),
    [
      ...rowLines(
        [...(all ? [] : noteRows(report)), ...unseenRows(report), ...leftOutRows(report), ...moreRows(report, all)],
        style,
      ),
      lastLine(report, style),
    ],
  ].filter((lines) => lines.length > 0);
  return sections.flatMap((lines, at) => (at === 0 || style.tight === true ? lines : ['', ...lines]));
}

function findingSections({ findings }: CheckReport, style: Style): string[][] {
  const told = findings.filter((finding) => style.verbose === true || !isNote(finding));
  const most = shownOf(MOST_FINDINGS, style);
  return [
    ...told.slice(0, most).map((finding) => findingLines(finding, style)),
    told.length > most ? [`… and ${told.length - most} more findings; --verbose shows them all`] : [],
  ];
}

/** A note has no more than its title unless everything is asked for. */
function isNote({ severity }: Finding): boolean {
  return severity === 'info';
}

function unseenRows({ seen: { unseen } }: CheckReport): Row[] {
  if (unseen.length === 0) return [];
  return [{ label: 'Not seen', text: unseen.map(({ what, command }) => `${what} (${command})`).join(', ') }];
}

function noteRows({ findings }: CheckReport): Row[] {
  const notes = findings.filter(isNote);
  const rest = notes.length - MOST_NOTES;
  const words = notes.slice(0, MOST_NOTES).map(({ code, title }) => `${code} ${title}`);
  return [...words, ...(rest > 0 ? [`… and ${rest} more`] : [])].map((text, at) => ({
    label: at === 0 ? 'Notes' : '',
    text,
  }));
}

function leftOutRows(report: CheckReport): Row[] {
  const text = leftOutWords(report);
  return text === null ? [] : [{ label: 'Left out', text: text }];
}

/** How many checks there were, and where to read on. */
function moreRows(report: CheckReport, isAll: boolean): Row[] {
  const [code] = [...report.findings, ...report.undetermined].map((one) => one.code);
  const more = [...(isAll ? [] : ['-v']), ...(code === undefined ? [] : [`istio-nat explain ${code}`])];
  const text = [checkCounts(report), more.length > 0 ? `more: ${more.join(', ')}` : ''].filter((part) => part !== '');
  return text.length === 0 ? [] : [{ label: 'Checks', text: text.join('; ') }];
}

/** What no listing of rules and no socket shows, whatever the verdict. */
const UNSEEN =
  'It cannot be seen from here what tc, XDP and other eBPF programs or IPsec (xfrm) do to packets, nor which rules decided connections that are older than the current rules.';

function unseenLines({ chalk, width }: Style): string[] {
  return [chalk.bold('Not looked at'), ...indent(wrap(UNSEEN, width - 2), 2)];
}
