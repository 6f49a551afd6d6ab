import { LIMITS } from '../evaluate/symbolic/limits.ts';
import { checkTime } from '../evaluate/symbolic/time.ts';
import { isIstioChainName, nativeName } from '../istio/names.ts';
import { buildLayout, defaultConfig } from '../layout/index.ts';
import type { Config } from '../model/config.ts';
import { type Coverage, isCovered } from '../model/pod.ts';
import type { Rule } from '../model/ruleset.ts';
import { readAmbient } from './ambient.ts';
import type { Reader } from './context.ts';
import { compareChains } from './distance.ts';
import { type EraGroup, newestOf } from './eras.ts';
import type { View } from './istio-tables.ts';
import type { KeyedChain } from './live.ts';
import { readSidecar } from './sidecar/index.ts';
import type { Evidence, Observed, Reading, RuleDifference } from './types.ts';
import { optionsFromRules } from './unsaid.ts';

/** A view ready to be compared with layouts. */
export interface Subject {
  readonly view: View;
  readonly live: ReadonlyMap<string, KeyedChain>;
  readonly evidence: Evidence;
  readonly coverage: readonly Coverage[];
}

/** One configuration of one era, and what keeps the live rules from being its layout. */
export interface Explanation {
  readonly observed: Observed;
  /** What was assumed rather than read. */
  readonly guess: Observed;
  readonly config: Config;
  readonly differences: readonly RuleDifference[];
  /** The live rules that this release does not write with these inputs. */
  readonly strangers: ReadonlySet<Rule>;
  /** How many of them stand at the end of a chain and are missing. */
  readonly unfinished: number;
  /** How many live rules of the same tables are neither the layout's nor in its way. */
  readonly foreign: number;
  /** How many rules of the layout are live. */
  readonly common: number;
}

/** Reads the inputs as the era would have written them and compares its layout with the live rules. */
export function explain(subject: Subject, eras: EraGroup, reading: Reading, guess: Observed = {}): Explanation {
  checkTime(LIMITS.seconds);
  const observed = observe(subject, eras, reading, guess);
  const config = complete(subject.view, eras, observed);
  const { tables } = buildLayout(config, optionsFromRules(subject.view.tables));
  return { observed, guess, config, ...compareChains(subject.live, tables, subject.coverage) };
}

/** Reads the inputs from where the era writes them. */
export function observe(
  { view, evidence, coverage }: Subject,
  eras: EraGroup,
  reading: Reading,
  guess: Observed = {},
): Observed {
  const context: Reader = {
    view,
    has: eras[0].has,
    reading,
    given: { ...guess, ...evidence.declared },
    annotations: evidence.annotations,
    sawIpv6: coverage.some(({ family }) => family === 'ipv6'),
    sawMangle: view.families.every((family) => isCovered({ coverage }, { family, name: mangleOf(view) })),
    listeners: evidence.listeners === undefined ? null : new Set(evidence.listeners),
  };
  return view.dataplane === 'sidecar' ? readSidecar(context) : readAmbient(context);
}

function mangleOf({ backend, dataplane }: View): string {
  return backend === 'nftables' ? nativeName(dataplane, 'mangle') : 'mangle';
}

/** The inputs with the defaults of the newest release of the era for those that the rules do not show. */
function complete(view: View, eras: EraGroup, observed: Observed): Config {
  const istioVersion = newestOf(eras);
  const backend = view.backend === 'nftables' ? 'nftables' : 'iptables';
  const defaults = defaultConfig(istioVersion, 'istio-init', view.dataplane);
  return { ...defaults, backend, ...observed };
}

/**
 * An explanation that does not fit, tried without the features of which only traces may be there: a leftover rule or two
 * must not count as an input.
 */
export function withoutTraces(subject: Subject, eras: EraGroup, reading: Reading, first: Explanation): Explanation {
  let best = first;
  let guess: Observed = {};
  for (const other of guesses(subject, first.observed)) {
    if (unexplained(best) === 0) break;
    const attempt = { ...guess, ...other };
    const next = explain(subject, eras, reading, attempt);
    if (unexplained(next) >= unexplained(best) || next.strangers.size > best.strangers.size) continue;
    best = next;
    guess = attempt;
  }
  return best;
}

/** A rule that stops counting because nothing is expected of its chain any more is not explained by that. */
function unexplained({ differences, foreign }: Explanation): number {
  return differences.length + foreign;
}

function guesses(subject: Subject, observed: Observed): Observed[] {
  const { interceptionMode, redirectDns, captureAllDns, dropInvalid, enableIpv6 } = observed;
  return [
    ...(redirectDns === true ? [{ redirectDns: false }] : []),
    ...(captureAllDns === true ? [{ captureAllDns: false }] : []),
    ...(dropInvalid === true ? [{ dropInvalid: false }] : []),
    ...(enableIpv6 === true && hasTracesOfIpv6(subject) ? [{ enableIpv6: false }] : []),
    ...(interceptionMode === 'TPROXY' ? [{ interceptionMode: 'REDIRECT' } as const] : []),
  ];
}

/** More rules than these are what is left of a layout, even if a whole table is gone. */
const MOST_TRACES = 2;

/** In the tables of its own that iptables has for IPv6; they do nothing to IPv4, so nothing else would tell. */
function hasTracesOfIpv6({ live, view }: Subject): boolean {
  if (view.backend === 'nftables') return true;
  const chains = [...live.values()].filter(({ family, chain }) => family === 'ipv6' && isIstioChainName(chain));
  return chains.reduce((sum, { rules }) => sum + rules.length, 0) <= MOST_TRACES;
}
