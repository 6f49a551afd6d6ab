import { compareRulesets } from '../../evaluate/compare.ts';
import { evaluatePacket, Hooks, type Trace, verdictKey } from '../../evaluate/packet.ts';
import { LIMITS } from '../../evaluate/symbolic/limits.ts';
import { checkTime } from '../../evaluate/symbolic/time.ts';
import type { Context } from '../../expect/context.ts';
import { EXCLUDED_BY_INJECTOR } from '../../istio/ports.ts';
import { buildLayout, defaultConfig } from '../../layout/index.ts';
import { parseNetwork } from '../../model/address.ts';
import type { Config } from '../../model/config.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Packet } from '../../model/packet.ts';
import { type Releases, releaseOf } from '../../model/releases.ts';
import type { Ruleset } from '../../model/ruleset.ts';
import { quoted } from '../../rules/quote.ts';
import { captures } from '../traffic/verdicts.ts';
import { type ExclusionKey, packetsFor } from './packets.ts';

/** An entry of an exclusion list that changes nothing, and why not. */
export interface Idle {
  readonly key: ExclusionKey;
  readonly item: string;
  readonly because: string;
  /** Its traffic is left alone all the same: nobody misses the exclusion. */
  readonly harmless: boolean;
}

type Why = Pick<Idle, 'because' | 'harmless'>;
type Inputs = { readonly config: Config; readonly releases?: Releases | undefined };

const KEYS: readonly ExclusionKey[] = [
  'inboundPortsExclude',
  'outboundPortsExclude',
  'outboundIpRangesExclude',
  'ownerGroupsExclude',
];

/** Entries that Istio, its injector or its CNI plugin adds by themselves, and people copy. */
const USUAL: ReadonlySet<string> = new Set([
  ...EXCLUDED_BY_INJECTOR.map(String),
  '127.0.0.1/32',
  '127.0.0.0/8',
  '::1/128',
]);

/**
 * The configured exclusions without which the layout would treat every packet the same. Each is tried alone, so that one
 * which another covers as well is not called idle: its traffic does stay out.
 */
export function idleExclusions({ config, families, releases }: Inputs & Pick<Context, 'families'>): Idle[] {
  if (config.dataplane !== 'sidecar') return [];
  const entries = KEYS.map((key) => ({
    key,
    items: [...new Set(config[key].map(String))].filter((item) => !isUsual(key, item, config)),
  }));
  if (entries.every(({ items }) => items.length === 0)) return [];
  const bare = without(config);
  const none = buildLayout(bare);
  return entries.flatMap(({ key, items }) =>
    suspects(key, items, bare, none).flatMap((item) => {
      const why = whyIdle(key, item, { config: bare, releases }, none, families);
      return why === null ? [] : [{ key, item, ...why }];
    }),
  );
}

/** So many entries share a layout, which takes longer to write than their packets take to follow. */
const TOGETHER = 24;

/** The entries that make no difference to the packets they are meant for, among some others. */
function suspects(key: ExclusionKey, items: readonly string[], bare: Config, none: Ruleset): string[] {
  const before = new Hooks(none);
  const groups = groupBy(
    items.map((item, at) => ({ item, at })),
    ({ at }) => Math.floor(at / TOGETHER),
  );
  return groups.flatMap((group) => {
    checkTime(LIMITS.tellingSeconds);
    const after = new Hooks(
      layoutWith(
        key,
        group.map(({ item }) => item),
        bare,
      ),
    );
    return group
      .map(({ item }) => item)
      .filter((item) => !packetsFor(key, item, bare).some((packet) => differs(packet, before, after)));
  });
}

function layoutWith(key: ExclusionKey, items: readonly string[], bare: Config): Ruleset {
  const isPort = key === 'inboundPortsExclude' || key === 'outboundPortsExclude';
  return buildLayout({ ...bare, [key]: isPort ? items.map(Number) : items });
}

function differs(packet: Packet, before: Hooks, after: Hooks): boolean {
  return verdictKey(fateOf(packet, before).verdict) !== verdictKey(fateOf(packet, after).verdict);
}

function fateOf(packet: Packet, hooks: Hooks): Trace {
  return evaluatePacket(hooks, packet, { reach: 'arrival' });
}

function without(config: Config): Config {
  return {
    ...config,
    inboundPortsExclude: [],
    outboundPortsExclude: [],
    outboundIpRangesExclude: [],
    ownerGroupsExclude: [],
  };
}

/** Also what the release itself excludes, and ranges of a family that Istio has nothing to do with here. */
function isUsual(key: ExclusionKey, item: string, config: Config): boolean {
  if (USUAL.has(item)) return true;
  if (key === 'inboundPortsExclude' && defaultConfig(config.istioVersion).inboundPortsExclude.includes(Number(item)))
    return true;
  if (key !== 'outboundIpRangesExclude') return false;
  const range = parseNetwork(item);
  return range === null || (range.family === 'ipv6' && !config.enableIpv6);
}

function whyIdle(
  key: ExclusionKey,
  item: string,
  inputs: Inputs,
  none: Ruleset,
  families: Context['families'],
): Why | null {
  const bare = inputs.config;
  const layout = layoutWith(key, [item], bare);
  if (countRules(layout) === countRules(none)) return unwritten(key, item, inputs);
  const [before, after] = [new Hooks(none), new Hooks(layout)];
  const packets = packetsFor(key, item, bare);
  const matters = packets.some((packet) => differs(packet, before, after));
  // These are ordinary packets; whether others fare differently only the comparison of all can tell.
  if (matters || families.some((family) => areDifferent(none, layout, family))) return null;
  return overtaken(packets.map((packet) => fateOf(packet, after)));
}

function areDifferent(none: Ruleset, layout: Ruleset, family: Context['families'][number]): boolean {
  return (['PREROUTING', 'OUTPUT'] as const).some((hook) => {
    const { different, open } = compareRulesets(none, layout, { hook, family, classes: 'outcomes' });
    return different.length + open.length > 0;
  });
}

function countRules({ tables }: Ruleset): number {
  return tables.reduce((sum, { chains }) => sum + chains.reduce((rules, chain) => rules + chain.rules.length, 0), 0);
}

/** Istio writes no rule for it. */
function unwritten(key: ExclusionKey, item: string, inputs: Inputs): Why {
  const { inboundPortsInclude: ports, ownerGroupsInclude: groups } = inputs.config;
  if (key === 'inboundPortsExclude' && ports !== '*') {
    if (ports.length === 0) return { because: 'no inbound port is captured at all', harmless: true };
    if (ports.includes(Number(item)))
      return { because: 'the port is in the list of included ports as well, and that list decides', harmless: false };
    const list = `${ports.slice(0, 8).join(', ')}${ports.length > 8 ? ', …' : ''}`;
    return { because: `only listed inbound ports are captured (${list}), and it is not among them`, harmless: true };
  }
  if (key === 'ownerGroupsExclude' && groups !== '*') {
    const harmless = !groups.includes(item);
    return { because: 'exclusions only count when all groups are captured, and here only listed groups are', harmless };
  }
  return { because: `Istio ${releaseOf(inputs)} writes no rule for it`, harmless: false };
}

/** A rule is written and decides nothing. */
function overtaken(traces: readonly Trace[]): Why {
  const captured = traces.find(({ verdict }) => captures(verdict));
  if (!captured) return { because: 'that traffic is not captured in the first place', harmless: true };
  const { decidedBy } = captured;
  const by = decidedBy ? `, by ${decidedBy.table.name} ${decidedBy.chain.name}: ${quoted(decidedBy).text}` : '';
  return { because: `that traffic is captured before the exclusion is evaluated${by}`, harmless: false };
}
