import type { Family } from '../model/family.ts';
import type { Packet } from '../model/packet.ts';
import { answersTo } from './answers.ts';
import { stoppedLater } from './later.ts';
import type { Leg } from './legs.ts';
import type { Program } from './listeners.ts';
import { next } from './next.ts';
import { goesOn, type Passage } from './pass.ts';
import { type Arrival, receive } from './programs.ts';
import type { Scenario } from './scenario.ts';
import { type Draft, tell } from './steps.ts';
import type { End, FlowStep, Journey, JourneyName } from './types.ts';

/** Where a life begins. */
export interface Start {
  readonly name: JourneyName;
  readonly packet: Packet;
}

const ANSWERED: ReadonlySet<End> = new Set(['application', 'agent', 'dns', 'resolver', 'wire']);

const PROXIES: ReadonlySet<Program> = new Set(['proxy-inbound', 'proxy-outbound', 'tunnel', 'dns']);

/** More programs than any life passes; a loop is found long before. */
const MOST_LEGS = 12;

/**
 * The life of one request: packet after packet as the live rules have it, program after program, until somebody answers
 * or nothing goes on. `first` is the number of its first step.
 */
export function lifeOf(world: Scenario, { name, packet }: Start, first: number): Journey {
  const life = new Life(world, name);
  const reached = life.run(packet);
  const answered = ANSWERED.has(reached);
  const stopped = answered ? stoppedLater(world, life.legs) : [];
  const end = stopped.length > 0 ? 'dropped' : reached;
  const answers = answered && stopped.length === 0 ? answersTo(world, life.legs) : [];
  const steps = numbered([...life.steps, ...stopped], first);
  const intended = judgement([...steps, ...answers], end);
  const family: Family = world.actors.family;
  return { name, family, intended, end, proxied: life.proxied, steps, answers: numbered(answers, 1) };
}

function judgement(steps: readonly Draft[], end: End): Journey['intended'] {
  const has = (wanted: Draft['intended']) => steps.some(({ intended }) => intended === wanted);
  if (has('no') || end === 'loop') return 'no';
  return has('unknown') || end === 'unknown' ? 'unknown' : 'yes';
}

function numbered(drafts: readonly Draft[], first: number): FlowStep[] {
  const wrong = drafts.findIndex(({ intended }) => intended === 'no');
  return drafts.map((draft, index) => {
    const follows = wrong >= 0 && index > wrong && draft.intended === 'yes';
    return { number: first + index, ...draft, ...(follows && { intended: 'follows' as const }) };
  });
}

class Life {
  readonly steps: Draft[] = [];
  readonly legs: Leg[] = [];
  proxied = false;
  readonly #world: Scenario;
  readonly #name: JourneyName;
  readonly #seen = new Set<string>();

  constructor(world: Scenario, name: JourneyName) {
    this.#world = world;
    this.#name = name;
  }

  run(start: Packet): End {
    let packet = start;
    for (let leg = 1; leg <= MOST_LEGS; leg += 1) {
      const outcome = this.#leg(packet, 40000 + leg);
      if (typeof outcome === 'string') return outcome;
      packet = outcome;
    }
    return 'unknown';
  }

  /** Takes one packet to whoever gets it: that program's own next packet, or the end. */
  #leg(packet: Packet, port: number): Packet | End {
    const sent = this.#tell(packet);
    if (!goesOn(sent.verdict)) return lost(sent);
    if (packet.hook === 'PREROUTING') return this.#arrive(packet, sent, port);
    if (!sent.leaving.local) return this.#leave(sent);
    const looped = this.#tell(onLo(sent));
    return goesOn(looped.verdict) ? this.#arrive(packet, looped, port) : lost(looped);
  }

  #tell(packet: Packet): Passage {
    const { steps, way } = tell(this.#world, packet);
    // There may be too many of them to be arguments of one call.
    for (const step of steps) this.steps.push(step);
    return way;
  }

  #leave(way: Passage): End {
    const { destination, destinationPort } = way.leaving;
    this.legs.push({ packet: way.packet, way, at: null });
    const why = { kind: 'leaves', address: destination, port: destinationPort } as const;
    const action = `leaves by ${way.packet.outInterface}`;
    this.steps.push({ hook: 'wire', ...NO_RULE, action, why, intended: 'yes' });
    return 'wire';
  }

  #arrive(packet: Packet, way: Passage, port: number): Packet | End {
    const arrival = arrivalOf(packet, way);
    const { program, by, intended } = receive(this.#world, arrival);
    this.legs.push({ packet, way, at: { address: arrival.address, port: arrival.port, program } });
    const again = this.#isLoop(program, arrival);
    const loop = !again ? 'none' : this.#isAsMeant() ? 'meant' : 'unclear';
    const then = next(this.#world, program, arrival, this.#name, port);
    const refusal = 'because' in then ? then.because : null;
    this.steps.push({
      hook: program === 'application' ? 'application' : 'socket',
      ...NO_RULE,
      action: program === 'none' ? 'refused' : 'accept',
      why: { kind: 'received', program, by, refusal, loop },
      // Whether it is a fault that nobody is there has been said.
      intended: again || (then.kind === 'fails' && program !== 'none') ? 'no' : intended,
      program,
      ...(arrival.port !== undefined && { port: arrival.port }),
    });
    if (again) return 'loop';
    this.proxied ||= PROXIES.has(program);
    if (then.kind === 'sends') return then.packet;
    if (then.kind === 'fails' || then.kind === 'closes') return 'refused';
    if (then.kind === 'unknown') return 'unknown';
    return program === 'agent' || program === 'dns' || program === 'resolver' ? program : 'application';
  }

  /** Whether every step so far is as the layout has it. */
  #isAsMeant(): boolean {
    return this.#world.expected !== null && this.steps.every(({ intended }) => intended === 'yes');
  }

  #isLoop(program: Program, { original }: Arrival): boolean {
    const key = JSON.stringify([program, original.protocol, original.address, original.port]);
    if (this.#seen.has(key)) return true;
    this.#seen.add(key);
    return false;
  }
}

const NO_RULE = { table: null, chain: null, rule: null } as const;

function lost({ verdict }: Passage): End {
  return verdict.kind === 'undetermined' ? 'unknown' : 'dropped';
}

/** What OUTPUT sent to the pod itself comes in again by lo, with its marks; its nat was decided. */
function onLo({ packet, leaving }: Passage): Packet {
  const { family, protocol, source, sourcePort, ctState } = packet;
  const { destination, destinationPort, mark, connmark } = leaving;
  return {
    ...{ family, hook: 'PREROUTING', protocol, source, destination, inInterface: 'lo', mark, connmark },
    ...(sourcePort !== undefined && { sourcePort }),
    ...(destinationPort !== undefined && { destinationPort }),
    ...(ctState !== undefined && { ctState }),
  };
}

/** REDIRECT in PREROUTING keeps the pod's address; TPROXY keeps all of the destination and chooses the socket. */
function arrivalOf(packet: Packet, { verdict, leaving }: Passage): Arrival {
  const { family, protocol } = packet;
  const port = verdict.kind === 'tproxy' ? verdict.port : leaving.destinationPort;
  return {
    ...{ family, protocol, address: leaving.destination, port },
    ...(packet.inInterface === undefined ? {} : { device: packet.inInterface }),
    original: { family, protocol, address: packet.destination, port: packet.destinationPort },
    source: { address: packet.source, port: packet.sourcePort },
  };
}
