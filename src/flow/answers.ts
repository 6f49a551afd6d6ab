import type { Packet } from '../model/packet.ts';
import type { Leg } from './legs.ts';
import { applicationOwner, type Owner, proxyOwner } from './next.ts';
import { backOnLo, goesOn, type Passage } from './pass.ts';
import { isHere, leadsToLo, type Scenario, wayIn, wayTo } from './scenario.ts';
import { type Draft, tell } from './steps.ts';

/**
 * What the answer meets on its way back, last connection first: packets of known connections, which nat has nothing to
 * say to, and whose marks may send them another way than their address does. Nothing comes after a lost one.
 */
export function answersTo(world: Scenario, legs: readonly Leg[]): Draft[] {
  const drafts: Draft[] = [];
  for (const leg of legs.toReversed()) {
    const { steps, lost } = answerTo(world, leg);
    for (const step of steps) drafts.push(step);
    if (lost) break;
  }
  return drafts;
}

interface Answer {
  readonly steps: readonly Draft[];
  readonly lost: boolean;
}

function answerTo(world: Scenario, leg: Leg): Answer {
  const packet = answerOf(world, leg);
  const { steps, way } = tell(world, packet);
  if (!goesOn(way.verdict) || packet.hook === 'PREROUTING') return { steps, lost: !goesOn(way.verdict) };
  const told = steps.filter(
    ({ hook, rule, intended }) => hook !== 'POSTROUTING' || rule !== null || intended !== 'yes',
  );
  const wrong = told.some(({ intended }) => intended === 'no');
  const turned = routed(world, way, leg).map((step) => (wrong ? { ...step, intended: 'follows' as const } : step));
  if (!way.leaving.local) return { steps: [...told, ...turned], lost: turned.length > 0 };
  const back = tell(world, backOnLo(way));
  return { steps: [...told, ...turned, ...back.steps], lost: !goesOn(back.way.verdict) };
}

/** From whom it comes and to whom it goes, before conntrack turns the addresses back (after OUTPUT). */
function answerOf(world: Scenario, { packet, way, at }: Leg): Packet {
  const { family, protocol, source, sourcePort } = packet;
  const transparent = way.verdict.kind === 'tproxy';
  const from = transparent || at === null ? packet.destination : at.address;
  const port = transparent || at === null ? packet.destinationPort : at.port;
  const common: Omit<Packet, 'hook'> = {
    ...{ family, protocol, source: from, destination: source, ctState: 'ESTABLISHED' },
    ...(port !== undefined && { sourcePort: port }),
    ...(sourcePort !== undefined && { destinationPort: sourcePort }),
    connmark: way.leaving.connmark,
  };
  if (at === null) return { hook: 'PREROUTING', ...common, inInterface: packet.outInterface ?? wayIn(world) };
  const outInterface = isHere(world, source) ? 'lo' : (packet.inInterface ?? wayIn(world));
  return { hook: 'OUTPUT', ...common, outInterface, ...ownerOf(world, at.program) };
}

function ownerOf(world: Scenario, program: string): Owner {
  return program === 'application' || program === 'resolver' ? applicationOwner(world) : proxyOwner(world);
}

/** An answer to an address that is not the pod's reaches the proxy only because a mark is routed to lo. */
function routed(world: Scenario, { packet, leaving }: Passage, { packet: request }: Leg): Draft[] {
  const { routing, actors } = world;
  const elsewhere = !isHere(world, packet.destination);
  const proxied = request.hook === 'OUTPUT';
  if (!elsewhere || !proxied) return [];
  const { mark } = leaving;
  const place = { hook: 'routing', table: null, chain: null, rule: null } as const;
  const meant = leadsToLo(routing.expected, actors.family, mark);
  if (leaving.local) {
    const why = { kind: 'routed', mark, seen: routing.seen !== null } as const;
    return [{ ...place, action: 'to lo', why, intended: meant ? 'yes' : 'unknown' }];
  }
  const why = { kind: 'not-routed', mark, meant, destination: packet.destination } as const;
  return [{ ...place, action: `to ${wayTo(world, packet.destination).outInterface}`, why, intended: 'no' }];
}
