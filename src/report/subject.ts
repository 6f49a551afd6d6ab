import { standInFor } from '../layout/index.ts';
import { type Releases, releaseOf } from '../model/releases.ts';
import type { Source, Undetermined } from '../model/report.ts';
import { escapeText } from './escape.ts';
import { type Style, symbol } from './style.ts';
import { clip, indent, labelled, wrap, wrapProse } from './wrap.ts';

/** Whose rules a report is about: `this pod`, `the pod of pod.rules`. */
export function subjectOf(source: Source): string {
  switch (source.kind) {
    case 'live':
      return 'this pod';
    case 'rules':
      return `the pod of ${fileNames(source.files)}`;
    case 'example':
      return `the example pod "${source.name}"`;
  }
}

/** Files as a sentence names them; a long list is cut. */
export function fileNames(files: readonly string[]): string {
  return clip(files.map((file) => (file === '-' ? 'stdin' : file)).join(', '), 80);
}

interface Held {
  readonly istioVersion: string;
  /** First and last release that write such rules, where the release was inferred. */
  readonly releases?: Releases | undefined;
  readonly dataplane: string;
  readonly interceptionMode: string;
  readonly backend: string;
}

/**
 * What rules are held against: `Istio 1.28.10 (sidecar, REDIRECT, iptables)`, `Istio 1.18 – 1.24 (…)` where the rules
 * alone say the release, `Istio 1.32.0, held against 1.31.0, the newest that is known (…)`.
 */
export function istioName({ istioVersion, releases, dataplane, interceptionMode, backend }: Held): string {
  const mode = dataplane === 'sidecar' ? `sidecar, ${interceptionMode}, ${backend}` : `${dataplane}, ${backend}`;
  const known = standInFor(istioVersion);
  const release = releaseOf({ config: { istioVersion }, releases });
  return `Istio ${release}${known === null ? '' : `, held against ${known}, the newest that is known`} (${mode})`;
}

/** The first letter of a sentence. */
export function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** The section about what was left open, under a title; empty when there is nothing. */
export function openLines(open: readonly Undetermined[], style: Style, title = 'Could not be told'): string[] {
  if (open.length === 0) return [];
  const width = style.width - 2;
  const lines = open.flatMap((one) => [
    `${symbol('undetermined', style.chalk)} ${style.chalk.bold(escapeText(one.code))}`,
    ...indent(wrap(escapeText(one.message), width), 2),
    ...indent(labelled('To see it', 11, wrapProse(escapeText(one.remedy), width - 11)), 2),
  ]);
  return [style.chalk.bold(title), ...lines];
}
