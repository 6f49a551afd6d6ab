import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckReport } from '../../../src/model/report.ts';
import type { Faulty } from './faults.ts';
import type { Declared, Verdict } from './truth.ts';

/** A verdict that contradicts what the whole pod is. */
export interface FalseVerdict {
  /** Of the pod, and of the case among its cases. */
  readonly number: string;
  readonly pod: Pick<Faulty, 'id' | 'fault' | 'config' | 'configFile'>;
  readonly form: string;
  /** What was taken away, in steps. */
  readonly cut: string;
  readonly declared: Declared;
  readonly family?: 'ipv6';
  /** What was given, by file name. */
  readonly files: Readonly<Record<string, string>>;
  readonly report: CheckReport;
  readonly accepted: ReadonlySet<Verdict>;
}

/** What was counted. */
export interface Counts {
  texts: number;
  excused: number;
  pods: number;
  refused: number;
  /** Not undetermined. */
  decided: number;
  /** From which nothing was taken, with everything declared; and how many of those are decided. */
  untouched: number;
  untouchedDecided: number;
}

/** Nothing counted yet. */
export function noCounts(): Counts {
  return { texts: 0, excused: 0, pods: 0, refused: 0, decided: 0, untouched: 0, untouchedDecided: 0 };
}

/** Counts a text, or a look, by whether it was decided. */
export function count(counts: Counts, { verdict }: CheckReport, isUntouched: boolean): void {
  const isDecided = verdict !== 'undetermined';
  counts.texts += 1;
  if (isDecided) counts.decided += 1;
  if (isUntouched) counts.untouched += 1;
  if (isUntouched && isDecided) counts.untouchedDecided += 1;
}

/** Writes one example of each kind of false verdict into a folder, and returns the list of kinds. */
export function grouped(found: readonly FalseVerdict[], counts: Counts, folder = newFolder()): string {
  mkdirSync(folder, { recursive: true });
  const kinds = new Map<string, FalseVerdict[]>();
  for (const one of found) kinds.set(kindOf(one), [...(kinds.get(kindOf(one)) ?? []), one]);
  const sorted = [...kinds].sort(([, a], [, b]) => b.length - a.length);
  const lines = sorted.map(([kind, all], at) => {
    const [first] = all.toSorted((a, b) => sizeOf(a) - sizeOf(b));
    const name = `example-${String(at + 1).padStart(3, '0')}`;
    if (first !== undefined) writeExample(join(folder, name), first);
    return `${String(all.length).padStart(5)}  ${name}  ${kind}  (${first?.number})`;
  });
  const { texts, excused, pods, refused, decided, untouched, untouchedDecided } = counts;
  const head = `${texts} texts of ${pods} pods (${refused} more were refused by the kernel or are not decided), ${decided} decided (of those from which nothing was taken ${untouchedDecided} of ${untouched}), ${excused} excused, ${found.length} false verdicts in ${kinds.size} groups; examples in ${folder}`;
  return [head, ...totals(found), 'by kind:', ...lines].join('\n');
}

/** How many there are of each verdict and first code, each form, and each cut. */
function totals(found: readonly FalseVerdict[]): string[] {
  const by = (title: string, name: (one: FalseVerdict) => string) => {
    const counted = new Map<string, number>();
    for (const one of found) counted.set(name(one), (counted.get(name(one)) ?? 0) + 1);
    const sorted = [...counted].sort(([, a], [, b]) => b - a).map(([key, count]) => `${key}: ${count}`);
    return `${title}  ${sorted.join(' · ')}`;
  };
  return [
    by('by verdict and code:', (one) => `${rightOf(one)} → ${one.report.verdict} ${codesOf(one.report).split(',')[0]}`),
    by('by form:', ({ form }) => form),
    by('by cut:', ({ cut }) => cut.split(' + ')[0] ?? ''),
    by('by what is declared:', ({ declared }) => declared),
  ];
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'istio-nat-degrade-'));
}

function rightOf({ accepted }: FalseVerdict): string {
  return [...accepted].filter((verdict) => verdict !== 'undetermined').join('/') || 'undetermined';
}

function kindOf(one: FalseVerdict): string {
  const { form, cut, report } = one;
  return `${rightOf(one)} → ${report.verdict}  ${codesOf(report)}  [${form}]  ${cut.split(' + ')[0]}`;
}

function codesOf({ findings }: CheckReport): string {
  const loud = findings.filter(({ severity }) => severity === 'error');
  const codes = (loud.length > 0 ? loud : findings.filter(({ severity }) => severity === 'warning')).map(
    ({ code }) => code,
  );
  return [...new Set(codes)].slice(0, 3).join(',') || '-';
}

function sizeOf({ files }: FalseVerdict): number {
  return Object.values(files).join('').length;
}

function writeExample(
  path: string,
  { number, pod, form, cut, declared, family, files, report, accepted }: FalseVerdict,
): void {
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  if (declared === 'everything') writeFileSync(join(path, 'config.json'), pod.configFile);
  const flags = {
    everything: '--config config.json',
    release: `--istio-version ${pod.config.istioVersion}`,
    nothing: '',
  };
  const rules = Object.keys(files).map((name) => `--rules ${name}`);
  const about = [
    ['istio-nat check', ...rules, family ? '--family ipv6' : '', flags[declared]].filter(Boolean).join(' '),
    `case ${number}: ${pod.id}, fault: ${pod.fault}; ${form}, ${cut}`,
    `verdict ${report.verdict}, right would be ${[...accepted].join(' or ')}`,
    ...report.findings.map(({ code, severity, message }) => `${code} ${severity}: ${message}`),
    ...report.undetermined.map(({ code, message }) => `${code} open: ${message}`),
  ];
  writeFileSync(join(path, 'about.txt'), `${about.join('\n')}\n`);
}
