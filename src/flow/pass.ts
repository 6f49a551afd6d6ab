import { describeAction, reasonOf } from '../evaluate/describe.ts';
import { evaluatePacket, type Hooks, type Trace, verdictKey } from '../evaluate/packet.ts';
import { completePacket, initialState, isLoopback, type State } from '../evaluate/state.ts';
import { Traversal } from '../evaluate/traverse.ts';
import { formatAddress, parseAddress } from '../model/address.ts';
import type { Packet, Verdict } from '../model/packet.ts';
import type { Hook } from '../model/ruleset.ts';
import { ChainLog, type PassStep } from './chains.ts';

/** What one hook does to a packet: the rules it matches and the chains it leaves by their end, in order. */
export interface HookPass {
  readonly hook: Hook;
  readonly steps: readonly PassStep[];
  readonly verdict: Verdict;
  /** False: there are nat chains here, and the packet was not shown to them (an answer, or a packet that came by lo). */
  readonly natAsked: boolean;
  /** The marks of the packet and of its connection after the hook. */
  readonly mark: number;
  readonly connmark: number;
}

/** The packet as it goes on after its hooks. */
export interface Leaving {
  readonly destination: string;
  readonly destinationPort: number | undefined;
  readonly mark: number;
  readonly connmark: number;
  /** Whether it stays in the pod: its destination is one of the pod's own addresses. */
  readonly local: boolean;
}

/** A packet's way from where it enters to where it leaves: PREROUTING and INPUT, or OUTPUT and POSTROUTING. */
export interface Passage {
  readonly packet: Packet;
  /** The second hook is not there when the packet's way ended in the first. */
  readonly hooks: readonly HookPass[];
  readonly verdict: Verdict;
  readonly leaving: Leaving;
}

/** Which destinations stay in the pod: its own addresses as text, and what a mark sends to lo by policy routing. */
export interface Ground {
  readonly own: readonly string[];
  readonly markLeadsToLo: (mark: number) => boolean;
}

/**
 * Takes a packet through its hook and the next one, as `evaluatePacket` does, and says hook by hook what it met.
 * @throws PacketFieldError when a field of the packet has no meaning
 */
export function passage(hooks: Hooks, packet: Packet, ground: Ground): Passage {
  const complete = completePacket(packet);
  const state = initialState(complete);
  const log = new ChainLog(hooks);
  const traversal = new Traversal(
    hooks,
    state,
    () => false,
    (where, outcome, seen, semantics) => {
      log.looked(where);
      // Most rules of a long chain do not match, and nobody asks for the reasons.
      if (outcome === 'no-match') return;
      log.rule(where, outcome === 'undetermined', describeAction(where.rule), reasonOf(where.rule, seen, semantics));
    },
    (attached, disposition) => log.base(attached, disposition),
  );
  const first = evaluatePacket(hooks, complete);
  traversal.hook(complete.hook);
  const passes = [passOf(complete.hook, log, state, first)];
  if (goesOn(first.verdict)) {
    const second = complete.hook === 'PREROUTING' ? 'INPUT' : 'POSTROUTING';
    if (complete.hook === 'OUTPUT' && leavingOf(state, ground).local) state.outInterface = 'lo';
    traversal.hook(second);
    const both = evaluatePacket(hooks, complete, { reach: 'arrival' });
    passes.push(passOf(second, log, state, behind(first, both)));
  }
  const verdict = passes.map((pass) => pass.verdict).find((one) => !goesOn(one)) ?? first.verdict;
  return { packet: complete, hooks: passes, verdict, leaving: leavingOf(state, ground) };
}

/** Whether a packet with this verdict meets the next hook. */
export function goesOn({ kind }: Verdict): boolean {
  return kind !== 'drop' && kind !== 'reject' && kind !== 'undetermined';
}

/** What the second hook made of a packet that the first let through. */
function behind(first: Trace, both: Trace): Judgement {
  const nothing = verdictKey(first.verdict) === verdictKey(both.verdict) || goesOn(both.verdict);
  return nothing ? { verdict: { kind: 'accept' }, dependsOn: null } : both;
}

type Judgement = Pick<Trace, 'verdict' | 'dependsOn'>;

function passOf(hook: Hook, log: ChainLog, { mark, connmark }: State, judgement: Judgement): HookPass {
  const { verdict } = judgement;
  const { steps, natSkipped } = log.take();
  return { hook, steps: decisive(steps, judgement), verdict, natAsked: !natSkipped, mark, connmark };
}

/** Rules that may match count only where the verdict depends on them; after the first of these nothing is certain. */
function decisive(steps: readonly PassStep[], { verdict, dependsOn }: Judgement): readonly PassStep[] {
  if (verdict.kind !== 'undetermined') return steps.filter((step) => !isOpen(step));
  const named = steps.findIndex((step) => isOpen(step) && step.where.rule === dependsOn?.rule);
  const at = named < 0 ? steps.findIndex(isOpen) : named;
  return (at < 0 ? steps : steps.slice(0, at + 1)).filter((step, index) => !isOpen(step) || index === at);
}

function isOpen(step: PassStep): step is Extract<PassStep, { kind: 'rule' }> {
  return step.kind === 'rule' && step.open;
}

function leavingOf(state: State, { own, markLeadsToLo }: Ground): Leaving {
  const { family, destination: address, destinationPort, mark, connmark } = state;
  const ownAddress = own.some((text) => parseAddress(text)?.value === address);
  const incoming = state.inInterface !== '' && state.nat?.kind !== 'dnat';
  return {
    destination: formatAddress(family, address),
    destinationPort: destinationPort ?? undefined,
    mark,
    connmark,
    local: incoming || isLoopback(family, address) || ownAddress || markLeadsToLo(mark),
  };
}

/** What OUTPUT sent to the pod itself as it comes in again by lo: with its marks, and without an owner. */
export function backOnLo({ packet, leaving }: Passage): Packet {
  const { uid: _uid, gid: _gid, outInterface: _out, ...rest } = packet;
  return { ...rest, hook: 'PREROUTING', inInterface: 'lo', mark: leaving.mark, connmark: leaving.connmark };
}
