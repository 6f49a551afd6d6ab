import type { Packet } from '../model/packet.ts';
import type { RuleReference, Table } from '../model/ruleset.ts';
import { endsWay } from '../model/target-effects.ts';
import type { Hooks } from './hooks.ts';
import { completePacket, initialState } from './state.ts';
import { type Observer, Traversal } from './traverse.ts';

/** What is asked about a packet's source. */
export interface SourceQuestion {
  /** The rules that should decide it; whether they match is not asked. */
  readonly meant: (where: RuleReference) => boolean;
  /** Rules that are known not to match, though nothing in a packet says so. */
  readonly never: (where: RuleReference) => boolean;
}

/** Whether a packet comes to the rules that should decide its source, and if not for certain, who takes it before. */
export interface SourceAnswer {
  readonly reached: 'always' | 'never' | 'open';
  readonly takers: readonly RuleReference[];
}

/** How many combinations of rules that may or may not match are tried. */
const MOST_WAYS = 128;

/** Follows a packet of the namespace itself through OUTPUT and POSTROUTING, every way that it may go. */
export function followSource(hooks: Hooks, packet: Packet, question: SourceQuestion): SourceAnswer {
  const takers = new Set<RuleReference>();
  let reached = false;
  let taken = false;
  const pending: boolean[][] = [[]];
  for (let ways = 0; ways < MOST_WAYS; ways += 1) {
    const forced = pending.pop();
    if (forced === undefined) return { reached: taken ? (reached ? 'open' : 'never') : 'always', takers: [...takers] };
    const way = follow(hooks, packet, question, forced);
    reached ||= way.reached;
    taken ||= !way.reached;
    if (way.taker !== null) takers.add(way.taker);
    for (let at = forced.length; at < way.choices; at += 1)
      pending.push([...forced, ...Array<boolean>(at - forced.length).fill(false), true]);
  }
  return { reached: 'open', takers: [...takers] };
}

interface Way {
  readonly reached: boolean;
  readonly taker: RuleReference | null;
  readonly choices: number;
}

function follow(hooks: Hooks, packet: Packet, { meant, never }: SourceQuestion, forced: readonly boolean[]): Way {
  let reached = false;
  let last: RuleReference | null = null;
  let choices = 0;
  const choose = (where: RuleReference): boolean => {
    if (reached || never(where)) return false;
    choices += 1;
    const taken = forced[choices - 1] ?? false;
    if (taken) note(where);
    return taken;
  };
  const note = (where: RuleReference) => {
    if (traversal.state.hook === 'POSTROUTING' && isOfSources(where.table) && where.rule.targets.some(endsWay))
      last = where;
  };
  const observe: Observer = (where, outcome, state) => {
    if (state.hook !== 'POSTROUTING') return;
    reached ||= meant(where);
    if (!reached && outcome === 'match') note(where);
  };
  const traversal = new Traversal(hooks, initialState(completePacket(packet)), choose, observe);
  // What OUTPUT drops or sends elsewhere is another matter.
  if (traversal.hook('OUTPUT').kind !== 'accept' || traversal.state.nat !== null)
    return { reached: true, taker: null, choices };
  const end = traversal.hook('POSTROUTING');
  if (end.kind === 'undetermined' && !reached) return { reached, taker: traversal.decidedBy, choices };
  return { reached: reached || end.kind === 'drop', taker: reached ? null : last, choices };
}

/** Whether a table has a say in where packets come from. */
function isOfSources({ chains }: Table): boolean {
  return chains.some(({ base }) => base?.type === 'nat' && base.hook === 'POSTROUTING');
}
