import type { MatchOf, Negatable } from '../model/match.ts';
import { both, known, negateIf, type Outcome } from './outcome.ts';
import type { Semantics } from './semantics.ts';
import { isLoopback, type State } from './state.ts';

/**
 * Whether `-m addrtype` (or `fib daddr type`) holds. Which addresses are the namespace's own is not known; for the
 * destination, leaving by lo shows it.
 */
export function addressTypeOutcome(match: MatchOf<'addrtype'>, state: State, semantics: Semantics): Outcome {
  const decide = semantics !== 'nft' && state.family === 'ipv6' ? demanded : oneOf;
  // With an interface the question is whether the address is one of that interface, which is not known either.
  const types = (possible: Types) => (match.limitInterface ? undefined : possible);
  let outcome: Outcome = 'match';
  if (match.destination) {
    outcome = both(outcome, decide(match.destination, state.destination, types(destinationTypes(state))));
  }
  if (match.source) {
    const local = isLoopback(state.family, state.source) ? ['LOCAL'] : undefined;
    outcome = both(outcome, decide(match.source, state.source, types(local)));
  }
  return outcome;
}

type Types = readonly string[] | undefined;

/** An address has one type; `possible` are those that it may have. */
function oneOf(condition: Negatable<readonly string[]>, _address: bigint, possible: Types): Outcome {
  if (!possible) return 'undetermined';
  const named = possible.filter((type) => condition.value.includes(type));
  if (named.length > 0 && named.length < possible.length) return 'undetermined';
  return known(named.length > 0 !== condition.negated);
}

/**
 * match_type6 in xt_addrtype.c: MULTICAST, UNICAST and UNSPEC are each demanded of the address's form, so that the
 * pod's own address is UNICAST too; only then the routes are asked, for one of the other types.
 */
function demanded({ value, negated }: Negatable<readonly string[]>, address: bigint, possible: Types): Outcome {
  const fails = value.some((type) => FORMS[type] && !FORMS[type](address));
  const routed = value.filter((type) => !FORMS[type]);
  if (fails || routed.length === 0) return known(fails === negated);
  return negateIf(negated, oneOf({ value: routed, negated: false }, address, possible));
}

const FORMS: Readonly<Record<string, (address: bigint) => boolean>> = {
  MULTICAST: (address) => address >> 120n === 0xffn,
  // __ipv6_addr_type: neither multicast nor :: nor ::ffff:0:0/96
  UNICAST: (address) => address >> 120n !== 0xffn && address !== 0n && address >> 32n !== 0xffffn,
  UNSPEC: (address) => address === 0n,
};

/** The types the destination may have, or undefined when that depends on addresses we do not know. */
function destinationTypes(state: State): Types {
  if (isLoopback(state.family, state.destination)) return ['LOCAL'];
  if (isMulticast(state)) return ['MULTICAST'];
  // The out-interface was chosen for the destination that the packet had before nat.
  if (state.hook !== 'OUTPUT' || state.nat !== null) return undefined;
  return state.outInterface === 'lo' ? ['LOCAL'] : ['UNICAST', 'BROADCAST', 'ANYCAST'];
}

function isMulticast(state: State): boolean {
  return state.family === 'ipv4' ? state.destination >> 28n === 0xen : state.destination >> 120n === 0xffn;
}
