import type { Undetermined } from '../diagnose/report.ts';
import { Hooks } from '../evaluate/packet.ts';
import { type WatchedMark, watchedMarks } from '../evaluate/symbolic/watched.ts';
import { expectedRouting } from '../layout/index.ts';
import type { Config } from '../model/config.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import type { Pod } from '../model/pod.ts';
import type { Routing } from '../model/routing.ts';
import { coversFamily, type Ruleset } from '../model/ruleset.ts';
import { declaredInputs } from './config.ts';
import { podAndLayout, type Sides } from './diff-sides.ts';
import { expectationOf, layersOf } from './expectation.ts';
import { gatherFacts } from './facts.ts';
import { actorsOf, ownAddress } from './flow-actors.ts';
import { lifeOf } from './flow-life.ts';
import { Listeners } from './flow-listeners.ts';
import { startsOf } from './flow-starts.ts';
import type { FlowAnswer, FlowReport, FlowRequest, Journey } from './flow-types.ts';
import type { World } from './flow-world.ts';
import type { Outside } from './outside.ts';

/**
 * The lives of requests in a pod, step by step, each held against what Istio should have programmed.
 * @throws UsageError when an input is malformed
 * @throws CannotLook when a named file cannot be read
 */
export async function flow(request: FlowRequest, outside: Outside): Promise<FlowAnswer> {
  const declared = await declaredInputs(request.config, outside);
  const facts = await gatherFacts(request.source, outside);
  const { resolved, judged, expected } = expectationOf(layersOf(request, declared, facts), facts);
  const routing = expectedRouting(resolved.config);
  const wanted = wantedFamilies(request, judged);
  const watched = [...watchedMarks(expected), ...routedMarks(routing)];
  const sides = podAndLayout(facts.pod, tablesOf(expected, wanted), watched);
  const part = { pod: facts.pod, config: judged, listeners: new Listeners(facts.pod.sockets, judged) };
  const families = sides.families.filter((family) => wanted.includes(family));
  const journeys = families.flatMap((family) => livesOf(request, worldOf(family, request, part, sides, routing)));
  const unseen = families.length === 0 && sides.undetermined.length === 0 ? [notGiven(request)] : [];
  const assumed = families.length === 0 ? [] : assumptions(families, part, routing);
  return {
    report: reportOf(journeys, assumed, [...sides.undetermined, ...unseen]),
    source: facts.source,
    config: judged,
  };
}

interface Part {
  readonly pod: Pod;
  readonly config: Config;
  readonly listeners: Listeners;
}

/** What is asked for, else every family that the layout captures. */
function wantedFamilies({ family, to }: FlowRequest, { enableIpv6 }: Config): readonly Family[] {
  const asked = family ?? to?.family;
  if (asked !== undefined) return [asked];
  return enableIpv6 ? FAMILIES : ['ipv4'];
}

/** The rules of the other family are nothing to these requests, so nobody need show them. */
function tablesOf({ tables }: Ruleset, families: readonly Family[]): Ruleset {
  return { tables: tables.filter((table) => families.some((family) => coversFamily(table, family))) };
}

function worldOf(family: Family, request: FlowRequest, part: Part, sides: Sides, routing: Routing): World {
  return {
    live: new Hooks(sides.live),
    expected: new Hooks(sides.expected),
    watched: sides.watched,
    config: part.config,
    actors: actorsOf(family, request, part),
    listeners: part.listeners,
    routing: { seen: routingSeen(part.pod), expected: routing },
  };
}

/** Half a routing is worse than none: what is not in it may be what could not be read. */
function routingSeen({ routing, obstacles }: Pod): Routing | null {
  return obstacles.some(({ concerns }) => concerns === 'routing') ? null : routing;
}

/** The calls of the application are counted on from the request that it answers, as in Istio's drawing. */
function livesOf(request: FlowRequest, world: World): Journey[] {
  const journeys: Journey[] = [];
  for (const start of startsOf(world, request.journeys)) {
    const inbound = start.name === 'outbound' ? journeys.find(({ name }) => name === 'inbound') : undefined;
    journeys.push(lifeOf(world, start, (inbound?.steps.length ?? 0) + 1));
  }
  return journeys;
}

function routedMarks({ rules }: Routing): WatchedMark[] {
  return rules.flatMap(({ mark }): WatchedMark[] => (mark ? [{ field: 'mark', ...mark }] : []));
}

function reportOf(
  journeys: readonly Journey[],
  assumed: readonly string[],
  undetermined: readonly Undetermined[],
): FlowReport {
  const open = undetermined.length > 0 || journeys.some(({ intended }) => intended === 'unknown');
  const intended = journeys.some((one) => one.intended === 'no') ? false : open ? null : true;
  return { schemaVersion: 1, intended, journeys, assumed, undetermined };
}

function notGiven({ family, to }: FlowRequest): Undetermined {
  const name = (family ?? to?.family) === 'ipv6' ? 'IPv6' : 'IPv4';
  return {
    code: 'NAT1004',
    message: `The rules given do not show ${name}`,
    remedy: `Give the output of ${name === 'IPv6' ? 'ip6tables-save' : 'iptables-save'} too: --rules takes several files.`,
  };
}

function assumptions(families: readonly Family[], { pod, listeners }: Part, routing: Routing): string[] {
  const addressless = families.some((family) => ownAddress(family, pod) === undefined);
  const route = routing.rules.length > 0 && routingSeen(pod) === null;
  return [
    ...(addressless ? ['the addresses are examples'] : []),
    ...(listeners.seen ? [] : ['the sockets were not shown: every port is taken to have its listener']),
    ...(route ? ["the routing was not shown: Istio's own is taken to be there"] : []),
  ];
}
