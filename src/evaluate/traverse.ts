import { CONNTRACK_PRIORITY, type Hook, type RuleReference, type Table } from '../model/ruleset.ts';
import type { Target, TargetOf } from '../model/target.ts';
import { goes, readsConnection } from '../model/target-effects.ts';
import { applyDnat, applyEffect, applyRedirect, applyTproxy } from './effects.ts';
import type { Attached, Hooks } from './hooks.ts';
import { hasConnection, visibleConnmark } from './match.ts';
import type { Outcome } from './outcome.ts';
import { type PreparedChain, type PreparedRule, type PreparedTable, prepared } from './prepared.ts';
import { ruleOutcome } from './rule.ts';
import type { Semantics } from './semantics.ts';
import { icmpOf, type State } from './state.ts';

/** How a chain, a hook or the whole way ended. `fall` (chains only): at its end, or by RETURN. */
export type Disposition =
  | { readonly kind: 'fall' | 'accept' | 'drop' | 'reject' | 'nat' }
  | { readonly kind: 'undetermined'; readonly because: string };

/** Told of every rule the packet meets; `state` is the packet as it was when the rule looked at it. */
export type Observer = (where: RuleReference, outcome: Outcome, state: State, semantics: Semantics) => void;

/** Told of every base chain when the packet has left it; null: nat, and the packet was not shown to it. */
export type ChainObserver = (attached: Attached, disposition: Disposition | null) => void;

/** Decides a rule whose outcome is undetermined: true takes it. */
export type Chooser = (where: RuleReference) => boolean;

/** Nobody nests chains so deep; text that somebody pasted may contain a loop, which netfilter would refuse to load. */
export const MAX_DEPTH = 64;

/** Why chains that are nested deeper are not followed. */
export function tooDeep({ name }: Table): string {
  return `the chains of table ${name} call each other in a loop, or more than ${MAX_DEPTH} deep`;
}

type Jump = TargetOf<'jump' | 'goto'>;

const TOO_LONG = 'a packet would meet far more rules than there are, because chains call others again and again';

const FALL: Disposition = { kind: 'fall' };
const ACCEPT: Disposition = { kind: 'accept' };

/** One packet's way through the hooks. */
export class Traversal {
  readonly state: State;
  /** Number of rules in the chains that the packet was in, counted each time it entered one. */
  visits = 0;
  /** The rule that decided: the one that dropped or rewrote the packet, else the last that let it go; null: a policy. */
  decidedBy: RuleReference | null = null;
  readonly #hooks: Hooks;
  readonly #choose: Chooser;
  readonly #observe: Observer | undefined;
  readonly #observeChain: ChainObserver | undefined;

  constructor(hooks: Hooks, state: State, choose: Chooser, observe?: Observer, observeChain?: ChainObserver) {
    this.#hooks = hooks;
    this.state = state;
    this.#choose = choose;
    this.#observe = observe;
    this.#observeChain = observeChain;
  }

  /** Takes the packet through all base chains of a hook. Anything but `accept` ends the packet's way. */
  hook(hook: Hook): Disposition {
    this.state.hook = hook;
    let natDecided = false;
    for (const attached of this.#hooks.at(hook, this.state.family)) {
      if (attached.base.priority >= CONNTRACK_PRIORITY) attachConntrack(this.state);
      if (attached.base.type === 'nat' && (natDecided || !consultsNat(this.state, hook))) {
        this.#observeChain?.(attached, null);
        continue;
      }
      const disposition = this.#base(attached);
      this.#observeChain?.(attached, disposition);
      if (disposition.kind === 'nat') natDecided = true;
      else if (disposition.kind !== 'accept') return disposition;
    }
    attachConntrack(this.state);
    return ACCEPT;
  }

  #base({ table, chain, base }: Attached): Disposition {
    const known = prepared(table);
    const disposition = this.#chain(known, known.of(chain), 0);
    if (disposition.kind !== 'fall') return disposition;
    if (base.policy === 'drop') this.decidedBy = null;
    return { kind: base.policy };
  }

  #chain(table: PreparedTable, chain: PreparedChain, depth: number): Disposition {
    if (depth > MAX_DEPTH) return { kind: 'undetermined', because: tooDeep(table.table) };
    this.visits += chain.rules.length;
    if (this.visits > this.#hooks.mostVisits) return { kind: 'undetermined', because: TOO_LONG };
    for (const rule of chain.rules) {
      const { where, semantics } = rule;
      const outcome = ruleOutcome(rule.matches, this.state, semantics);
      if (this.#observe !== undefined) this.#observe(where, outcome, this.state, semantics);
      if (outcome === 'no-match' || (outcome === 'undetermined' && !this.#choose(where))) continue;
      const end = this.#targets(table, rule, depth);
      if (end !== null) return end;
    }
    return FALL;
  }

  /** Carries out a rule's targets; null lets the packet go on to the next rule. */
  #targets(table: PreparedTable, rule: PreparedRule, depth: number): Disposition | null {
    const { where, into } = rule;
    const { targets } = where.rule;
    for (let position = 0; position < targets.length; position += 1) {
      const target = targets[position];
      if (target === undefined || this.#breaks(rule, target)) return null;
      const end =
        'chain' in target ? this.#jump(table, where, target, into[position], depth) : this.#target(table, rule, target);
      if (end !== null) return end;
    }
    return null;
  }

  #breaks({ semantics }: PreparedRule, target: Target): boolean {
    return semantics === 'nft' && readsConnection(target) && visibleConnmark(this.state, semantics) === null;
  }

  #target(table: PreparedTable, { where, semantics }: PreparedRule, target: Exclude<Target, Jump>): Disposition | null {
    if (goes(target, 'on')) {
      applyEffect(target, this.state, semantics);
      return null;
    }
    switch (target.kind) {
      case 'accept':
      case 'return':
        this.#letGo(table, where);
        return target.kind === 'accept' ? ACCEPT : FALL;
      case 'drop':
      case 'reject':
        this.decidedBy = where;
        return { kind: target.kind };
      case 'redirect':
        applyRedirect(target, this.state);
        return this.#rewritten(where);
      case 'dnat':
        applyDnat(target, this.state);
        return this.#rewritten(where);
      case 'snat':
      case 'masquerade':
        return { kind: 'nat' };
      case 'tproxy':
        applyTproxy(target, this.state);
        this.decidedBy = where;
        return semantics === 'nft' ? null : ACCEPT;
      case 'unknown':
        this.decidedBy = where;
        return { kind: 'undetermined', because: `the target "${target.raw}" of ${place(where)} is not known` };
    }
  }

  #jump(
    table: PreparedTable,
    where: RuleReference,
    target: Jump,
    chain: PreparedChain | undefined,
    depth: number,
  ): Disposition | null {
    if (chain === undefined) {
      this.decidedBy = where;
      const because = `${place(where)} jumps to ${target.chain}, which is not among the chains read`;
      return { kind: 'undetermined', because };
    }
    const disposition = this.#chain(table, chain, depth + 1);
    if (disposition.kind !== 'fall') return disposition;
    // At the end of the other chain the packet comes back; from a goto to where this chain was called from.
    return target.kind === 'jump' ? null : FALL;
  }

  #rewritten(where: RuleReference): Disposition {
    this.decidedBy = where;
    return { kind: 'nat' };
  }

  #letGo({ decides }: PreparedTable, where: RuleReference): void {
    if (decides && this.state.nat === null && this.state.tproxy === null) this.decidedBy = where;
  }
}

/** `nat ISTIO_OUTPUT rule 3`: how messages name a rule. */
export function place(where: RuleReference): string {
  return `${where.table.name} ${where.chain.name} rule ${where.rule.index}`;
}

function attachConntrack(state: State): void {
  if (state.conntrack === 'none' || state.conntrack === 'template') state.conntrack = 'attached';
}

/**
 * nf_nat_inet_fn: only NEW and RELATED packets see the rules, but ICMP errors follow the connection they are about
 * (nf_nat_ipv4_fn, nf_nat_ipv6_fn); what arrives on lo was decided in OUTPUT.
 */
function consultsNat(state: State, hook: Hook): boolean {
  if (hook === 'PREROUTING' && state.inInterface === 'lo') return false;
  const related = state.ctState === 'RELATED' && state.protocol !== icmpOf(state.family);
  return hasConnection(state) && (state.ctState === 'NEW' || related);
}
