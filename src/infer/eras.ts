import { type Features, featuresFor } from '../layout/eras.ts';
import { CHANGES } from '../layout/index.ts';
import { NEWEST_MINOR, OLDEST_MINOR, parseRelease } from '../layout/release.ts';
import type { Config } from '../model/config.ts';
import type { Releases } from '../model/releases.ts';
import type { View } from './istio-tables.ts';
import type { Evidence } from './types.ts';

/** Patches of one minor between which no layout changed. */
export interface Era {
  /** `1.9` when the first patch of the minor is the first of the era, else `1.9.6`. */
  readonly first: string;
  /** `1.9` when the newest patch is in the era, else `1.9.5`. */
  readonly last: string;
  readonly has: Features;
}

/** Eras, oldest first, that the rules of one data plane and backend cannot tell apart. */
export type EraGroup = readonly [Era, ...Era[]];

const ERAS: readonly Era[] = minors().flatMap((minor) => erasOf(minor));

function minors(): number[] {
  return Array.from({ length: NEWEST_MINOR - OLDEST_MINOR + 1 }, (_, offset) => OLDEST_MINOR + offset);
}

function erasOf(minor: number): Era[] {
  const starts = [...new Set([0, ...changedPatches(minor)])].sort((a, b) => a - b);
  return starts.map((patch, position) => {
    const next = starts[position + 1];
    return {
      first: patch === 0 ? (next === undefined ? `1.${minor}` : `1.${minor}.0`) : `1.${minor}.${patch}`,
      last: next === undefined ? `1.${minor}` : `1.${minor}.${next - 1}`,
      has: featuresFor(`1.${minor}.${patch}`),
    };
  });
}

function changedPatches(minor: number): number[] {
  return CHANGES.flatMap((change) => [...change.since, ...('until' in change ? [change.until] : [])])
    .map(parseRelease)
    .flatMap((release) => ('error' in release || release.minor !== minor ? [] : [release.patch ?? 0]));
}

/**
 * The eras that could have programmed the view from the inputs declared and those known to be meant, among those that are
 * known to come into question; or only that of a declared release.
 */
export function erasFor(
  view: View,
  { declared = {}, meant, within }: Pick<Evidence, 'declared' | 'meant' | 'within'>,
): EraGroup[] {
  const { istioVersion, ...inputs } = declared;
  if (istioVersion !== undefined)
    return [[{ first: istioVersion, last: istioVersion, has: featuresFor(istioVersion) }]];
  const groups: [Era, ...Era[]][] = [];
  let signature = '';
  const known = { ...meant, ...inputs };
  for (const era of erasIn(within).filter(({ has }) => exists(view, has) && knows(view, has, known))) {
    const next = signatureOf(view, era);
    const group = groups.at(-1);
    if (group !== undefined && next === signature) group.push(era);
    else groups.push([era]);
    signature = next;
  }
  return groups;
}

/** The eras of a range as `rangeOf` makes it; all of them where there is none. */
function erasIn(within: Releases | undefined): readonly Era[] {
  if (within === undefined) return ERAS;
  const [from, to] = within;
  const first = ERAS.findIndex((era) => era.first === from || era.first === `${from}.0`);
  const last = ERAS.findLastIndex((era) => era.last === to);
  return ERAS.slice(first, last + 1);
}

function exists({ dataplane, backend }: View, has: Features): boolean {
  if (backend === 'nftables') return has(dataplane === 'sidecar' ? 'native-nftables' : 'ambient-native-nftables');
  return dataplane === 'sidecar' || has('ambient');
}

/** Whether the era has the inputs about DNS at all: one that ignores them would explain the lack of their rules. */
function knows({ dataplane }: View, has: Features, { redirectDns, captureAllDns }: Partial<Config>): boolean {
  if (dataplane !== 'sidecar' || redirectDns !== true) return true;
  return has('dns-input') && (captureAllDns !== true || has('dns-capture-all'));
}

/** The changes that the rules of a view can show; saves building one layout many times. */
function signatureOf({ dataplane, backend }: View, { has }: Era): string {
  const concerned = CHANGES.filter(({ feature }) => {
    const ofAmbient = feature.startsWith('ambient');
    const ofNative = NATIVE.has(feature) || feature.includes('native');
    if (ofNative)
      return backend === 'nftables' && (feature === 'late-insert-appends' || ofAmbient === (dataplane === 'ambient'));
    return ofAmbient === (dataplane === 'ambient') && !DEFAULTS.has(feature);
  });
  return concerned
    .filter(({ feature }) => has(feature))
    .map(({ feature }) => feature)
    .join();
}

const NATIVE: ReadonlySet<string> = new Set(['counters', 'late-insert-appends']);
/** What the callers of the tool pass by default; the inputs are read from the rules here. */
const DEFAULTS: ReadonlySet<string> = new Set([
  'status-port-excluded',
  'prometheus-port-excluded',
  'cni-default-excludes',
  'dns-input',
]);

/** First and last release of eras next to each other: `1.9.0` and `1.10` become `1.9` and `1.10`. */
export function rangeOf(eras: EraGroup): Releases {
  const [{ first }] = eras;
  const last = eras.at(-1)?.last ?? first;
  const whole = /^(1\.\d+)\.0$/.exec(first)?.[1];
  const covered = whole !== undefined && eras.some((era) => era.last === whole);
  return [covered ? whole : first, last];
}

/** The releases between the first and the last era that are in none of them, as ranges. */
export function gapsIn(eras: EraGroup): Releases[] {
  const [from, to] = [ERAS.indexOf(eras[0]), ERAS.indexOf(eras.at(-1) ?? eras[0])];
  const gaps: [Era, ...Era[]][] = [];
  for (const [at, era] of ERAS.entries()) {
    if (at <= from || at >= to || eras.includes(era)) continue;
    const before = gaps.at(-1);
    if (before !== undefined && before.at(-1) === ERAS[at - 1]) before.push(era);
    else gaps.push([era]);
  }
  return gaps.map(rangeOf);
}

/** The newest release of the eras. */
export function newestOf(eras: EraGroup): string {
  return eras.at(-1)?.last ?? eras[0].last;
}

/** Whether the second group begins where the first ends. */
export function isNext(before: EraGroup, after: EraGroup): boolean {
  const end = ERAS.indexOf(before.at(-1) ?? before[0]);
  return end >= 0 && ERAS[end + 1] === after[0];
}
