import type { InferReport, InferredCandidate } from '../../infer/report.ts';
import { releasesInWords } from '../../model/releases.ts';
import type { Undetermined } from '../../model/report.ts';
import { escapeText } from '../escape.ts';
import { type ReportOptions, type Style, styleOf, symbol } from '../style.ts';
import { count } from '../words.ts';
import { clip, indent, labelled, wrap } from '../wrap.ts';

/** More than anybody reads; the JSON report has more. */
const MOST_DIFFERENCES = 10;
const MOST_OTHERS = 4;
const LONGEST_QUOTE = 600;

/** The report of `infer` for people: the best candidate, what it was read from, what contradicts it, and the next ones. */
export function inferTable({ candidates, undetermined }: InferReport, options: ReportOptions): string {
  const style = styleOf(options);
  const [best, ...others] = candidates;
  const sections = [
    headLines(best, undetermined.length > 0, style),
    best === undefined ? [] : inputLines(best, style),
    best === undefined ? [] : programmerLines(best, style),
    best === undefined ? [] : differenceLines(best, style),
    otherLines(others, style),
    ...undetermined.map((obstacle) => obstacleLines(obstacle, style)),
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headLines(best: InferredCandidate | undefined, unseen: boolean, style: Style): string[] {
  const mark = best === undefined ? 'undetermined' : isDoubtful(best) ? 'degraded' : 'healthy';
  const lines = wrap(escapeText(best === undefined ? nothing(unseen) : headSentence(best)), style.width - 2);
  return lines.map((line, index) => `${index === 0 ? symbol(mark, style.chalk) : ' '} ${style.chalk.bold(line)}`);
}

function isDoubtful({ distance, suspicious }: InferredCandidate): boolean {
  return distance > 0 || suspicious.length > 0;
}

function nothing(unseen: boolean): string {
  return `Nothing was inferred: ${unseen ? 'what kept the rules from being read is listed below' : 'no rules of Istio’s were found'}.`;
}

function headSentence(best: InferredCandidate): string {
  const layout = `${releaseWords(best)} (${kindWords(best)})`;
  if (best.distance > 0) return `The rules come closest to ${layout}: ${count(best.distance, 'rule')} apart.`;
  if (best.suspicious.length > 0)
    return `The rules are the layout of ${layout}, if ${best.suspicious.join(', ')} is meant so.`;
  return `The rules are the layout of ${layout}.`;
}

function releaseWords({ releases, except }: InferredCandidate): string {
  const but = except.length > 0 ? ` without ${except.map(releasesInWords).join(', ')}` : '';
  return `Istio ${releasesInWords(releases)}${but}`;
}

function kindWords({ config, backend }: InferredCandidate): string {
  const mode = config.dataplane === 'sidecar' ? [`${config.interceptionMode}`] : [];
  return [`${config.dataplane}`, ...mode, backend].join(', ');
}

function inputLines({ reasons }: InferredCandidate, style: Style): string[] {
  const title = style.chalk.bold('Inputs');
  if (reasons.length === 0)
    return [title, ...indent(wrap('All that the rules show are the defaults.', style.width - 2), 2)];
  const lines = reasons.flatMap((reason) => wrap(escapeText(clip(reason, LONGEST_QUOTE)), style.width - 2));
  return [title, ...indent(lines, 2)];
}

/** Who wrote the rules, as words. */
const PROGRAMMERS: Readonly<Record<InferredCandidate['programmer']['name'], string>> = {
  'istio-init': 'istio-init, the init container',
  'istio-cni': 'istio-cni, the CNI plugin',
  'ambient-cni': 'the agent of istio-cni, for ambient',
  script: 'no program of Istio’s: a script, or somebody by hand',
  unknown: 'cannot be told',
};

function programmerLines({ programmer: { name, reasons } }: InferredCandidate, style: Style): string[] {
  const lines = [PROGRAMMERS[name], ...reasons].flatMap((line) =>
    wrap(escapeText(clip(line, LONGEST_QUOTE)), style.width - 2),
  );
  return [style.chalk.bold('Written by'), ...indent(lines, 2)];
}

function differenceLines({ differences, distance }: InferredCandidate, style: Style): string[] {
  if (distance === 0) return [];
  const shown = differences.slice(0, MOST_DIFFERENCES);
  const lines = shown.flatMap(({ kind, table, chain, index, text }) => {
    const where = kind === 'extra' ? `${table} ${chain} #${index}` : `${table} ${chain}`;
    const words = wrap(`${escapeText(where)}: ${escapeText(clip(text, LONGEST_QUOTE))}`, style.width - 11);
    return labelled(kind, 9, words);
  });
  const more = distance > shown.length ? [`and ${distance - shown.length} more`] : [];
  return [style.chalk.bold('Differences'), ...indent([...lines, ...more], 2)];
}

function otherLines(others: readonly InferredCandidate[], style: Style): string[] {
  if (others.length === 0) return [];
  const lines = others.slice(0, MOST_OTHERS).flatMap((candidate) => {
    const doubt = candidate.suspicious.length > 0 ? `, suspicious: ${candidate.suspicious.join(', ')}` : '';
    const apart = `${count(candidate.distance, 'rule')} apart${doubt}`;
    return wrap(escapeText(`${releaseWords(candidate)} (${kindWords(candidate)}): ${apart}`), style.width - 2);
  });
  return [style.chalk.bold('Other candidates'), ...indent(lines, 2)];
}

function obstacleLines({ code, message, remedy }: Undetermined, style: Style): string[] {
  const lines = [`${code}: ${message}`, remedy].flatMap((text) => wrap(escapeText(text), style.width - 2));
  return lines.map((line, index) => `${index === 0 ? symbol('undetermined', style.chalk) : ' '} ${line}`);
}
