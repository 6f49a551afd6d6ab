import { groupBy } from '../../model/group-by.ts';
import type { CheckReport } from '../../model/report.ts';
import { escapeText } from '../escape.ts';
import { type Style, symbol } from '../style.ts';
import { capitalised, fileNames, istioName, subjectOf } from '../subject.ts';
import { count, familyName } from '../words.ts';
import { indent, wrap } from '../wrap.ts';
import { apartFromSuppressed } from './suppressed.ts';

/** The verdict in a sentence, and what it rests on where that is not the kernel. */
export function headLines(report: CheckReport, style: Style): string[] {
  const { chalk, width } = style;
  const sentence = wrap(escapeText(headSentence(report)), width - 2);
  const mark = symbol(report.verdict, chalk);
  const verdict = sentence.map((line, index) => `${index === 0 ? mark : ' '} ${chalk.bold(line)}`);
  const asked = askedSentences(report).flatMap((text) => wrap(escapeText(text), width - 2));
  return [...verdict, ...indent(asked, 2)];
}

/** The verdict and nothing else, in one line however long, for scripts that read lines. */
export function onlyLine(report: CheckReport, { chalk }: Style): string {
  const { verdict } = report;
  const sentence =
    verdict === 'undetermined'
      ? `${subjectWords(report)} could not be judged: ${missing(report)}.`
      : headSentence(report);
  const text = [sentence, ...askedSentences(report)].join(' ');
  return `${symbol(verdict, chalk)} ${chalk.bold(escapeText(text))}`;
}

/** The verdict once more, short enough for one line: what is left on a screen when the rest has scrolled away. */
export function lastLine(report: CheckReport, { chalk }: Style): string {
  const { verdict, istio } = report;
  const why = verdict === 'undetermined' ? missing(report) : problems(report);
  const word = istio.dataplane === 'none' && verdict === 'healthy' ? 'not captured by Istio' : verdict;
  const rest = `${why === '' ? '' : `: ${why}`}${verdict === 'undetermined' ? '' : apartFromSuppressed(report)}`;
  return `${symbol(verdict, chalk)} ${chalk.bold(capitalised(word))}${rest}.`;
}

function missing({ undetermined }: CheckReport): string {
  return `${count(undetermined.length, 'thing')} could not be seen`;
}

function headSentence(report: CheckReport): string {
  const subject = subjectWords(report);
  const istio = istioName({ ...report.istio, istioVersion: report.istio.version });
  const expected = report.istio.dataplane === 'none' ? '' : ` Expected: ${istio}.`;
  switch (report.verdict) {
    case 'healthy':
      return (
        uncaptured(report) ??
        `${subject} is healthy${scopeOf(report)}${apartFromSuppressed(report)}: packets go where ${istio} sends them.`
      );
    case 'degraded':
      return `${subject} works${scopeOf(report)}, with ${count(report.summary.warning, 'warning')}${apartFromSuppressed(report)}.${expected}`;
    case 'broken':
      return `${subject} is broken: ${problems(report)}${apartFromSuppressed(report)}.${expected}`;
    case 'undetermined':
      return `${subject} could not be judged; what is missing is listed below.${isGuess(report) ? '' : expected}`;
  }
}

/** The pod, or the node where that is what was looked at. */
function subjectWords({ source, istio, findings }: CheckReport): string {
  const isNode = istio.config.scope === 'host' || findings.some(({ code }) => code === 'NAT1005');
  const subject = capitalised(subjectOf(source));
  return isNode ? subject.replace(/\bpod\b/, 'node') : subject;
}

/** Whether the release was taken from rules of which only a part was shown. */
function isGuess({ istio, seen, asked }: CheckReport): boolean {
  const isPart = asked !== undefined || seen.rules.some(({ lacks }) => lacks.length > 0);
  return isPart && istio.origin.istioVersion === 'inferred';
}

/** How far an answer about saved texts reaches: to the tables that they show, unless they show all there are. */
function scopeOf({ source, seen }: CheckReport): string {
  if (source.kind !== 'rules') return '';
  const shown = seen.rules.filter(({ family }) => !seen.allTables.includes(family));
  if (shown.length === 0) return '';
  const byFamily = groupBy(shown, ({ family }) => family).map((tables) => {
    const names = [...new Set(tables.map(({ table }) => table))];
    return `${names.join(', ')} (${familyName(tables[0].family)})`;
  });
  return `, as far as ${byFamily.join(' and ')} show${shown.length === 1 ? 's' : ''}`;
}

/** What the verdict rests on, where that is not the kernel. */
function askedSentences({ asked }: CheckReport): string[] {
  if (asked === undefined) return [];
  const tables = [...new Set(asked.tables.map(({ family, table }) => `${table} (${familyName(family)})`))].join(', ');
  const files = fileNames([...new Set(asked.tables.map(({ source }) => source))]);
  return [`${capitalised(asked.note)}: ${tables}, from ${files}.`];
}

/** What a namespace is in which Istio captures nothing by design: nobody is told that this "pod" is healthy. */
function uncaptured(report: CheckReport): string | null {
  const { istio, findings } = report;
  if (istio.dataplane !== 'none') return null;
  const found = findings.find(({ code }) => WHAT_IT_IS.has(code));
  const why = found === undefined ? '' : ` ${found.message}`;
  return `${subjectWords(report)} is not captured by Istio, and is not meant to be.${why}`;
}

/** A node (or a pod in its network namespace), another mesh, a kind of pod that is not captured. */
const WHAT_IT_IS: ReadonlySet<string> = new Set(['NAT1005', 'NAT1006', 'NAT1007']);

function problems({ summary: { error, warning } }: CheckReport): string {
  const parts = [...(error > 0 ? [count(error, 'error')] : []), ...(warning > 0 ? [count(warning, 'warning')] : [])];
  return parts.join(' and ');
}
