import { Hooks } from '../evaluate/packet.ts';
import { type WatchedMark, watchedMarks } from '../evaluate/symbolic/watched.ts';
import { expectationOf, layersOf } from '../expect/index.ts';
import type { Declared } from '../expect/layers.ts';
import { type Membership, membershipBy } from '../expect/membership.ts';
import { podAndLayout, type Sides } from '../expect/sides.ts';
import { isReserved } from '../istio/ports.ts';
import { expectedRouting } from '../layout/index.ts';
import type { Config } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import { type Pod, toldObstacle } from '../model/pod.ts';
import type { Undetermined } from '../model/report.ts';
import type { Routing } from '../model/routing.ts';
import { coversFamily, type Ruleset } from '../model/ruleset.ts';
import type { Facts } from '../observe/facts.ts';
import { mayMeetUnseen } from '../observe/seen-rules.ts';
import { actorsOf } from './actors.ts';
import { lifeOf } from './life.ts';
import { Listeners } from './listeners.ts';
import { addressesOf, ownAddress } from './routes.ts';
import type { Scenario } from './scenario.ts';
import { startsOf } from './starts.ts';
import type { FlowAnswer, FlowQuestion, FlowReport, Journey } from './types.ts';

/**
 * The lives of the requests that are asked about, and what had to be taken as given.
 * @throws UsageError when the inputs contradict each other, or the question is about a port of the proxy
 */
export function followed(question: FlowQuestion, declared: Declared, facts: Facts): FlowAnswer {
  const layers = layersOf(declared, facts);
  const { resolved, judged, releases, expected } = expectationOf(layers, facts);
  refuseProxyPort(question, judged);
  const membership = membershipBy(declared, layers, facts, resolved);
  const meant: Ruleset = membership.kind === 'member' ? expected : { tables: [] };
  const routing = membership.kind === 'member' ? expectedRouting(resolved.config) : NO_ROUTING;
  const wanted = wantedFamilies(question, judged, facts.pod);
  const watched = [...watchedMarks(meant), ...routedMarks(routing)];
  const sides = podAndLayout(facts.pod, tablesOf(meant, wanted), watched);
  const listeners = new Listeners(facts.pod, judged);
  const part: Part = { pod: facts.pod, config: judged, listeners, membership };
  const seen = mayMeetUnseen(facts.pod.obstacles) ? [] : sides.families;
  const families = seen.filter((family) => wanted.includes(family));
  const journeys = families.flatMap((family) => livesOf(question, worldOf(family, question, part, sides, routing)));
  const unseen = families.length === 0 && sides.undetermined.length === 0 ? [notGiven(question)] : [];
  const assumed = families.length === 0 ? [] : [...asProxy(question, part), ...assumptions(families, part, routing)];
  const silent = membership.kind === 'open' && families.length > 0 ? [membership.because] : [];
  const hidden = listeners.obstacle === null ? [] : [toldObstacle(listeners.obstacle)];
  return {
    report: reportOf(journeys, assumed, [...sides.undetermined, ...unseen, ...hidden, ...silent]),
    source: facts.source,
    config: judged,
    ...(releases && { releases }),
  };
}

interface Part {
  readonly pod: Pod;
  readonly config: Config;
  readonly listeners: Listeners;
  readonly membership: Membership;
}

const NO_ROUTING: Routing = { rules: [], routes: [], addresses: [] };

/** Their packets have lives of their own, which are not those of a request to the application. */
function refuseProxyPort({ port }: FlowQuestion, config: Config): void {
  if (port === undefined || !isReserved(port, config)) return;
  throw new UsageError(`--port is the application's port, and ${port} belongs to Istio's proxy or agent.`, {
    hint: `What becomes of one packet to it: istio-nat trace --hook PREROUTING --destination ADDRESS --destination-port ${port}`,
  });
}

/** What is asked for, else every family that the layout captures, unless the pod is seen to have addresses of the other alone. */
function wantedFamilies({ family, to }: FlowQuestion, { enableIpv6 }: Config, { routing }: Pod): readonly Family[] {
  const asked = family ?? to?.family;
  if (asked !== undefined) return [asked];
  const captured: readonly Family[] = enableIpv6 ? FAMILIES : ['ipv4'];
  const held = captured.filter((one) => addressesOf(one, routing).length > 0);
  return held.length > 0 ? held : captured;
}

/** The rules of the other family do not matter to these requests, so nobody need show them. */
function tablesOf({ tables }: Ruleset, families: readonly Family[]): Ruleset {
  return { tables: tables.filter((table) => families.some((family) => coversFamily(table, family))) };
}

function worldOf(family: Family, question: FlowQuestion, part: Part, sides: Sides, routing: Routing): Scenario {
  return {
    live: new Hooks(sides.live),
    expected: part.membership.kind === 'open' ? null : new Hooks(sides.expected),
    watched: sides.watched,
    config: part.config,
    actors: actorsOf(family, question, part),
    listeners: part.listeners,
    routing: { seen: routingSeen(part.pod), expected: routing },
  };
}

/** Half a routing is worse than none: what is not in it may be what could not be read. */
function routingSeen({ routing, obstacles }: Pod): Routing | null {
  return obstacles.some(({ concerns }) => concerns === 'routing') ? null : routing;
}

/** The calls of the application are counted on from the request that it answers, as in Istio's drawing. */
function livesOf(question: FlowQuestion, world: Scenario): Journey[] {
  const journeys: Journey[] = [];
  for (const start of startsOf(world, question.journeys)) {
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

function notGiven({ family, to }: FlowQuestion): Undetermined {
  const name = (family ?? to?.family) === 'ipv6' ? 'IPv6' : 'IPv4';
  return {
    code: 'NAT1004',
    message: `The rules given do not show ${name}`,
    remedy: `Give the output of ${name === 'IPv6' ? 'ip6tables-save' : 'iptables-save'} too: --rules takes several files.`,
  };
}

/** The rules cannot tell an application with the proxy's user from the proxy: what follows is as meant, but no good sign. */
function asProxy({ uid }: FlowQuestion, { config, membership }: Part): string[] {
  if (uid === undefined || config.dataplane !== 'sidecar' || membership.kind === 'free') return [];
  if (!config.proxyUid.includes(uid)) return [];
  return [
    `the application runs as uid ${uid}, which is the proxy's: its calls bypass the proxy by design, and an application that really runs as that uid bypasses the mesh (NAT0303)`,
  ];
}

function taken({ sockets }: Pod): string {
  const what = sockets === null ? 'the sockets were not shown' : 'not all listeners were shown';
  return `${what}: every port is taken to have its listener`;
}

function assumptions(families: readonly Family[], { pod, listeners, membership }: Part, routing: Routing): string[] {
  const addressless = families.some((family) => ownAddress(family, pod.routing) === undefined);
  const route = routing.rules.length > 0 && routingSeen(pod) === null;
  return [
    ...(membership.kind === 'free' ? [membership.note] : []),
    ...(addressless ? ['the addresses are examples'] : []),
    ...(listeners.seen || listeners.obstacle !== null ? [] : [taken(pod)]),
    ...(route ? ["the routing was not shown: Istio's own is taken to be there"] : []),
  ];
}
