import { evaluatePacket, Hooks, type Trace, verdictKey } from '../evaluate/packet.ts';
import { IN, PRERT } from '../istio/iptables-chains.ts';
import { canonicalChain, nativeTable } from '../istio/names.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import type { Match } from '../model/match.ts';
import type { Packet, Verdict } from '../model/packet.ts';
import type { Coverage } from '../model/pod.ts';
import { coversFamily, type Rule, type Ruleset } from '../model/ruleset.ts';
import type { ShownRules } from './facts.ts';
import type { Prediction } from './types.ts';

/** A gid of the first packet's sender: a number, or not known. */
export type KnownGid = number | null;

/** Says what rules do to first packets. Connections that rules cannot tell apart are asked about once. */
export class Predictor {
  readonly #hooks: Hooks;
  readonly #gids: readonly number[];
  readonly #looksAtSourcePorts: boolean;
  readonly #coverage: readonly Coverage[];
  readonly #redirectInbound: readonly Family[];
  readonly #known = new Map<string, Prediction>();

  constructor({ ruleset, coverage }: ShownRules) {
    const matches = ruleset.tables.flatMap(({ chains }) =>
      chains.flatMap(({ rules: all }) => all.flatMap((r) => r.matches)),
    );
    this.#hooks = new Hooks(ruleset);
    this.#coverage = coverage;
    this.#redirectInbound = FAMILIES.filter((family) => redirectsInbound(ruleset, family));
    this.#gids = gidsNamedBy(matches);
    this.#looksAtSourcePorts = matches.some(mayLookAtSourcePort);
  }

  /** What becomes of a first packet whose sender has this gid. */
  predict(packet: Packet, gid: KnownGid): Prediction {
    const key = this.#keyOf(packet, gid);
    const known = this.#known.get(key);
    if (known) return known;
    const prediction = this.#asFarAsShown(packet, this.#predict(packet, gid));
    this.#known.set(key, prediction);
    return prediction;
  }

  /** All that differs between the first packets of a pod's connections. */
  #keyOf(
    { hook, protocol, source, sourcePort, destination, destinationPort, uid, mark }: Packet,
    gid: KnownGid,
  ): string {
    const port = this.#looksAtSourcePorts ? sourcePort : '';
    return `${hook} ${protocol} ${source} ${port} ${destination} ${destinationPort} ${uid} ${gid} ${mark}`;
  }

  /**
   * A listing of one family says nothing about the other, and one of nat nothing about TPROXY, which works in mangle:
   * unless it shows that Istio captures inbound traffic in nat, by REDIRECT.
   */
  #asFarAsShown({ family, hook }: Packet, prediction: Prediction): Prediction {
    const shown = this.#coverage.filter((covered) => covered.family === family).map(({ tables }) => tables);
    const shows = (name: string) => shown.some((tables) => tables === 'all' || tables.map(purposeOf).includes(name));
    if (!shows('nat')) return notShown(`nat (${family})`);
    const passes = prediction.kind !== 'undetermined' && prediction.verdict.kind === 'accept';
    const mayBeTaken = hook === 'PREROUTING' && passes && !this.#redirectInbound.includes(family);
    return mayBeTaken && !shows('mangle') ? notShown(`mangle (${family})`) : prediction;
  }

  #predict(packet: Packet, gid: KnownGid): Prediction {
    if (packet.hook === 'PREROUTING' || gid !== null) return asPrediction(this.#trace(packet, gid));
    const usual = this.#trace(packet, unnamedGid(this.#gids));
    const expected = verdictKey(usual.verdict);
    const unless = this.#gids.flatMap((named) => {
      const { verdict } = this.#trace(packet, named);
      return verdictKey(verdict) === expected ? [] : [{ gid: named, verdict }];
    });
    if (unless.length === 0 || usual.verdict.kind === 'undetermined') return asPrediction(usual);
    return { kind: 'depends-on-gid', verdict: usual.verdict, rule: usual.decidedBy, unless };
  }

  #trace(packet: Packet, gid: KnownGid): Trace {
    return evaluatePacket(this.#hooks, gid === null ? packet : { ...packet, gid });
  }
}

const INBOUND: ReadonlySet<string> = new Set([IN, PRERT]);

function redirectsInbound({ tables }: Ruleset, family: Family): boolean {
  return tables.some(
    (table) =>
      coversFamily(table, family) &&
      purposeOf(table.name) === 'nat' &&
      table.chains.some(({ base, rules }) => base?.hook === 'PREROUTING' && rules.some(leadsToInbound)),
  );
}

/** In TPROXY mode nat has the chain as well, and nothing leads there. */
function leadsToInbound({ targets }: Rule): boolean {
  return targets.some((target) => target.kind === 'jump' && INBOUND.has(canonicalChain(target.chain)));
}

/** `nat` of iptables, and of the native table that is the same to Istio. */
function purposeOf(table: string): string {
  return nativeTable(table)?.twin ?? table;
}

/** Every verdict that a prediction leaves possible; none where it is undetermined. */
export function possibleVerdicts(prediction: Prediction): readonly Verdict[] {
  if (prediction.kind === 'undetermined') return [];
  if (prediction.kind === 'verdict') return [prediction.verdict];
  return [prediction.verdict, ...prediction.unless.map(({ verdict }) => verdict)];
}

function notShown(table: string): Prediction {
  return { kind: 'undetermined', because: `the rules do not show the table ${table}` };
}

function asPrediction({ verdict, decidedBy }: Trace): Prediction {
  if (verdict.kind === 'undetermined') return verdict;
  return { kind: 'verdict', verdict, rule: decidedBy };
}

/** The ends of the ranges that rules name: inside of one all gids are treated alike. */
function gidsNamedBy(matches: readonly Match[]): number[] {
  const ranges = matches.flatMap((match) => (match.kind === 'owner' && match.gid ? [match.gid.value] : []));
  return [...new Set(ranges.flatMap(({ from, to }) => [from, to]))];
}

/** The gid of nobody in particular. */
function unnamedGid(named: readonly number[]): number {
  let gid = 65_533;
  while (named.includes(gid)) gid -= 1;
  return gid;
}

function mayLookAtSourcePort(match: Match): boolean {
  if ('sourcePort' in match && match.sourcePort !== undefined) return true;
  return match.kind === 'multiport' || match.kind === 'unknown' || match.kind === 'opaque';
}
