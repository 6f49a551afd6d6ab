import { releaseOf } from '../../model/releases.ts';
import type { CheckReport, InputOrigin } from '../../model/report.ts';
import { escapeText } from '../escape.ts';
import type { Style } from '../style.ts';
import { clip, indent, wrap } from '../wrap.ts';

const ORIGINS: Readonly<Record<Exclude<InputOrigin, 'default'>, string>> = {
  flag: 'from the command line',
  config: 'from the --config file',
  env: 'from the environment of istio-nat',
  annotation: "from the pod's annotations or environment",
  envoy: "from Envoy's admin interface",
  inferred: 'implied by the live rules',
};

/** The inputs that somebody set, each with its value and where that came from; the others in a sentence or two. */
export function inputLines(report: CheckReport, style: Style): string[] {
  const known = Object.entries(report.istio.origin).flatMap(([key, origin]) =>
    origin === undefined || origin === 'default' ? [] : [{ key, origin, value: shownValue(key, report) }],
  );
  const set = known.filter(({ origin }) => origin !== 'inferred');
  const inferred = known.filter(({ origin }) => origin === 'inferred').map(({ key, value }) => `${key} ${value}`);
  const rest = Object.keys(report.istio.config).length - known.length;
  const column = Math.max(0, ...set.map(({ key }) => key.length)) + 2;
  const lines = set.flatMap(({ key, value, origin }) => {
    const text = wrap(`${escapeText(clip(value, 200))}  (${ORIGINS[origin]})`, style.width - 2 - column);
    return text.map((line, index) => `${(index === 0 ? escapeText(key) : '').padEnd(column)}${line}`);
  });
  const version = escapeText(releaseName(report));
  const defaults = known.length === 0 ? `All inputs are the defaults of Istio ${version}.` : othersText(rest, version);
  const implied =
    inferred.length === 0 ? '' : `Implied by ${impliedBy(report)}: ${escapeText(clip(inferred.join(', '), 1200))}.`;
  const sentences = [implied, defaults].flatMap((text) => (text === '' ? [] : wrap(text, style.width - 2)));
  return [style.chalk.bold('Expected configuration'), ...indent([...lines, ...sentences], 2)];
}

function shownValue(key: string, report: CheckReport): string {
  return key === 'istioVersion' ? releaseName(report) : valueText(report.istio.config[key]);
}

function releaseName({ istio: { version, releases } }: CheckReport): string {
  return releaseOf({ config: { istioVersion: version }, releases });
}

/** Sockets, routing and files imply something where no rule was read. */
function impliedBy({ seen }: CheckReport): string {
  return seen.rules.length === 0 ? 'what was seen beside the rules' : 'the live rules';
}

function othersText(rest: number, version: string): string {
  if (rest <= 0) return '';
  return rest === 1
    ? `The other input is the default of Istio ${version}.`
    : `${rest} others: defaults of Istio ${version}.`;
}

function valueText(value: unknown): string {
  if (value === undefined) return '(not set)';
  if (value === '' || (Array.isArray(value) && value.length === 0)) return '(empty)';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
