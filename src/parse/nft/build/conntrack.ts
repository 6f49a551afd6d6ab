import type { ConntrackStateName } from '../../../model/match.ts';
import type { Expression } from '../syntax.ts';
import type { Condition, Resolver } from './condition.ts';

/** Names, and the bits that `nft -n` prints for them. */
const STATES: Readonly<Record<string, ConntrackStateName>> = {
  invalid: 'INVALID',
  '0x1': 'INVALID',
  established: 'ESTABLISHED',
  '0x2': 'ESTABLISHED',
  related: 'RELATED',
  '0x4': 'RELATED',
  new: 'NEW',
  '0x8': 'NEW',
  untracked: 'UNTRACKED',
  '0x40': 'UNTRACKED',
};

const STATUSES: Readonly<Record<string, ConntrackStateName>> = {
  snat: 'SNAT',
  '0x10': 'SNAT',
  dnat: 'DNAT',
  '0x20': 'DNAT',
};

/**
 * `ct state`. A packet is in exactly one state, so "any of these bits", "none of these bits" and membership of a set are
 * the list and its inversion. `ct state != a,b` is another thing: it compares with both bits at once, which always
 * holds, and has no form.
 */
export const stateResolver: Resolver = (condition) => {
  const states = condition.mask === null ? namesIn(condition.right, STATES) : null;
  if (states === null) return null;
  const single = states.length === 1 || condition.right.kind === 'set';
  const negated = negation(condition, single);
  return negated === null ? null : [{ kind: 'conntrack', states: { negated, value: states } }];
};

function negation({ comparison }: Condition, single: boolean): boolean | null {
  if (comparison === 'in' || comparison === '!') return comparison === '!';
  if (comparison === '==' || comparison === '!=') return single ? comparison === '!=' : null;
  return null;
}

/** `ct status snat,dnat`: as states of iptables' conntrack match; the other bits have no name there. */
export const statusResolver: Resolver = ({ mask, right, comparison }) => {
  const states = mask === null && comparison === 'in' ? namesIn(right, STATUSES) : null;
  return states && [{ kind: 'conntrack', states: { negated: false, value: states } }];
};

function namesIn(right: Expression, names: Readonly<Record<string, ConntrackStateName>>): ConntrackStateName[] | null {
  const parts = right.kind === 'set' || right.kind === 'list' ? right.parts : [right];
  const found = parts.map((part) =>
    part.kind === 'value' && Object.hasOwn(names, part.text) ? (names[part.text] ?? null) : null,
  );
  return found.length > 0 && found.every((name) => name !== null) ? found : null;
}
