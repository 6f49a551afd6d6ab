import type { Packet, Verdict, VerdictKind } from '../model/packet.ts';
import type { RuleReason } from '../model/reason.ts';
import type { RuleReference } from '../model/ruleset.ts';
import { reasonOf } from './describe.ts';
import { Hooks } from './hooks.ts';
import type { Outcome } from './outcome.ts';
import { actionOf } from './prepared.ts';
import { completePacket, initialState, type State } from './state.ts';
import { type Disposition, type Observer, place, Traversal } from './traverse.ts';

/** One rule on the packet's way. */
export interface TraceStep {
  readonly where: RuleReference;
  readonly outcome: Outcome;
  /** What the rule does when it matches: `jump ISTIO_INBOUND`, `redirect 15006`, `return` … */
  readonly action: string;
  /** Which condition decided, with the values of both sides. */
  readonly why: RuleReason;
}

/** What became of a packet, and by which rule. */
export interface Trace {
  /** The packet with the fields that were left out filled in. */
  readonly packet: Packet;
  readonly verdict: Verdict;
  /** Null when no rule decided (nothing matched, the policy holds). */
  readonly decidedBy: RuleReference | null;
  /** The rule that may or may not match, where the verdict is undetermined for that. */
  readonly dependsOn: RuleReference | null;
  /** Empty unless asked for. */
  readonly steps: readonly TraceStep[];
}

/** `rules`: the hook alone, as `trace` shows it. `arrival`: also INPUT or POSTROUTING, where a drop ends the way too. */
export type Reach = 'rules' | 'arrival';

/** How many combinations of undetermined rules are tried before the answer is given up as undetermined. */
const MAX_COMBINATIONS = 256;
/** And how many rules packets meet meanwhile. */
const MOST_VISITS = 2_000_000;

/**
 * What the rules do to one packet.
 * @throws PacketFieldError when a field of the packet has no meaning
 */
export function evaluatePacket(
  hooks: Hooks,
  packet: Packet,
  options: { readonly steps?: boolean; readonly reach?: Reach } = {},
): Trace {
  const complete = completePacket(packet);
  const first = run(hooks, complete, [], options);
  const disagreement = first.choices.length > 0 ? findDisagreement(hooks, complete, first, options) : null;
  return {
    packet: complete,
    verdict: disagreement ? { kind: 'undetermined', because: disagreement.because } : first.verdict,
    decidedBy: first.decidedBy,
    dependsOn: disagreement?.rule ?? null,
    steps: first.steps,
  };
}

interface Run {
  readonly verdict: Verdict;
  readonly decidedBy: RuleReference | null;
  readonly steps: readonly TraceStep[];
  /** The undetermined rules met, in order; those beyond `forced` were taken not to match. */
  readonly choices: readonly RuleReference[];
  /** How many rules the packet met. */
  readonly visits: number;
}

function run(
  hooks: Hooks,
  packet: Packet,
  forced: readonly boolean[],
  options: { readonly steps?: boolean; readonly reach?: Reach },
): Run {
  const choices: RuleReference[] = [];
  const steps: TraceStep[] = [];
  const choose = (where: RuleReference) => {
    choices.push(where);
    return forced[choices.length - 1] ?? false;
  };
  const observe = options.steps
    ? (...[where, outcome, state, semantics]: Parameters<Observer>) => {
        const why = reasonOf(where.rule, state, semantics);
        steps.push({ where, outcome, action: actionOf(where.rule), why });
      }
    : undefined;
  const traversal = new Traversal(hooks, initialState(packet), choose, observe);
  let disposition = traversal.hook(packet.hook);
  if (options.reach === 'arrival' && disposition.kind === 'accept') {
    // What OUTPUT rewrote to the loopback address is routed again and leaves by lo.
    if (traversal.state.nat?.kind === 'redirect' && packet.hook === 'OUTPUT') traversal.state.outInterface = 'lo';
    disposition = traversal.hook(packet.hook === 'PREROUTING' ? 'INPUT' : 'POSTROUTING');
  }
  const { state, decidedBy, visits } = traversal;
  return { verdict: verdictOf(disposition, state), decidedBy, steps, choices, visits };
}

function verdictOf(disposition: Disposition, state: State): Verdict {
  const kind = verdictKind(disposition, state);
  if (!state.markSet && state.zone === null) return kind;
  return {
    ...kind,
    ...(state.markSet ? { mark: state.mark } : {}),
    ...(state.zone === null ? {} : { ctZone: state.zone }),
  };
}

function verdictKind(disposition: Disposition, state: State): VerdictKind {
  switch (disposition.kind) {
    case 'drop':
    case 'reject':
      return { kind: disposition.kind };
    case 'undetermined':
      return disposition;
    default:
      return acceptedKind(state);
  }
}

/** A packet that TPROXY gave to a socket goes there, whatever nat rewrites afterwards. */
function acceptedKind(state: State): VerdictKind {
  if (state.tproxy) return { kind: 'tproxy', port: state.tproxy.port };
  if (state.nat?.kind === 'redirect') {
    return state.nat.port === null ? { kind: 'redirect' } : { kind: 'redirect', port: state.nat.port };
  }
  return state.nat ? { kind: 'dnat', to: state.nat.to } : { kind: 'accept' };
}

/** Why a verdict is undetermined, and the rule that it depends on. */
interface Disagreement {
  readonly because: string;
  readonly rule: RuleReference | null;
}

/** Takes the undetermined rules both ways; null when the verdict is the same every time. */
function findDisagreement(
  hooks: Hooks,
  packet: Packet,
  first: Run,
  options: { readonly reach?: Reach },
): Disagreement | null {
  const reach = options.reach === undefined ? {} : { reach: options.reach };
  const expected = verdictKey(first.verdict);
  const pending = [alternatives([], first.choices.length)];
  let { visits } = first;
  for (let tried = 1; ; tried += 1) {
    const forced = nextOf(pending);
    if (forced === null) return null;
    if (tried > MAX_COMBINATIONS || visits > MOST_VISITS) {
      return { because: `more than ${tried - 1} combinations of rules that may or may not match`, rule: null };
    }
    const other = run(hooks, packet, forced, reach);
    if (verdictKey(other.verdict) !== expected) return dependence(other, forced.length - 1);
    pending.push(alternatives(forced, other.choices.length));
    visits += other.visits;
  }
}

/** The next value of the generators on a stack, the last one first; null when all of them are exhausted. */
function nextOf(stack: Generator<boolean[]>[]): boolean[] | null {
  for (let last = stack.at(-1); last; last = stack.at(-1)) {
    const { value, done } = last.next();
    if (done !== true) return value;
    stack.pop();
  }
  return null;
}

/** The ways to decide `count` rules that begin as `forced` does and take exactly one more rule, the last one first. */
function* alternatives(forced: readonly boolean[], count: number): Generator<boolean[]> {
  for (let position = count - 1; position >= forced.length; position -= 1) {
    yield [...forced, ...Array<boolean>(position - forced.length).fill(false), true];
  }
}

function dependence(run: Run, position: number): Disagreement {
  const rule = run.choices[position];
  if (!rule) return { because: 'a rule may or may not match', rule: null };
  return { because: `${place(rule)} may or may not match: ${rule.rule.text || '(no text)'}`, rule };
}

/** Text that is equal exactly when two verdicts are. */
export function verdictKey(verdict: Verdict): string {
  return JSON.stringify(Object.entries(verdict).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export { Hooks };
