import type { Packet } from '../model/packet.ts';
import type { Leg } from './legs.ts';
import { backOnLo, goesOn, type Passage } from './pass.ts';
import type { Scenario } from './scenario.ts';
import { type Draft, tell } from './steps.ts';

/**
 * What stops the packets after the first one of a connection, where that one got through: rules can tell them by the
 * state and the mark of their connection. Empty: nothing does. Connections whose addresses nat rewrites are left out.
 */
export function stoppedLater(world: Scenario, legs: readonly Leg[]): Draft[] {
  for (const leg of legs.filter(isAsItWas)) {
    const steps = lostSteps(world, { ...leg.packet, ctState: 'ESTABLISHED', connmark: leg.way.leaving.connmark });
    if (steps.length > 0) return steps;
  }
  return [];
}

function isAsItWas({ packet, way, at }: Leg): boolean {
  if (at === null) return way.leaving.destination === packet.destination;
  const samePort = at.port === packet.destinationPort || way.verdict.kind === 'tproxy';
  return at.address === packet.destination && samePort;
}

function lostSteps(world: Scenario, packet: Packet): Draft[] {
  const sent = tell(world, packet);
  if (isLost(sent.way)) return [...sent.steps];
  if (packet.hook === 'PREROUTING' || !sent.way.leaving.local) return [];
  const back = tell(world, backOnLo(sent.way));
  return isLost(back.way) ? [...sent.steps, ...back.steps] : [];
}

/** What cannot be told of them can usually not be told of the first packet either. */
function isLost({ verdict }: Passage): boolean {
  return !goesOn(verdict) && verdict.kind !== 'undetermined';
}
