import type { Attached, Hooks } from '../evaluate/hooks.ts';
import type { Disposition } from '../evaluate/traverse.ts';
import type { RuleReason } from '../model/reason.ts';
import type { Chain, Policy, RuleReference, Table } from '../model/ruleset.ts';

/** A rule that a packet matched (or may match: `open`), or the end of a chain in which it matched none. */
export type PassStep =
  | {
      readonly kind: 'rule';
      readonly where: RuleReference;
      readonly action: string;
      readonly why: RuleReason;
      readonly open: boolean;
    }
  | {
      readonly kind: 'end';
      readonly table: Table;
      readonly chain: Chain;
      /** Rules of the chain that were looked at. */
      readonly rules: number;
      /** The policy of a base chain; a user chain goes back to the one it was called from. */
      readonly policy?: Policy;
    };

/** A user chain that a jump led to and that has not been left. */
interface Open {
  readonly table: Table;
  readonly chain: Chain;
  matched: boolean;
}

/** Collects what a traversal reports, base chain by base chain, the way nft's trace does. */
export class ChainLog {
  readonly #hooks: Hooks;
  #steps: PassStep[] = [];
  #natSkipped = false;
  #open: Open[] = [];
  #matched = false;

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
  }

  /** A rule was looked at. */
  looked(where: RuleReference): void {
    this.#leaveUntil(where.chain.name);
  }

  /** It matched, or (`open`) may match. */
  rule(where: RuleReference, open: boolean, action: string, why: RuleReason): void {
    this.#steps.push({ kind: 'rule', where, action, why, open });
    // What is taken not to match leads nowhere.
    if (open) return;
    const current = this.#open.at(-1);
    if (current) current.matched = true;
    else this.#matched = true;
    this.#enter(where);
  }

  /** A base chain was left, or (null) not entered because its nat has nothing to say to the packet. */
  base({ table, chain, base }: Attached, disposition: Disposition | null): void {
    if (disposition === null) {
      this.#natSkipped ||= chain.rules.length > 0;
      return;
    }
    this.#leaveUntil(chain.name);
    const dropped = disposition.kind === 'drop' && base.policy === 'drop' && !this.#endedInDrop();
    if (dropped || (!this.#matched && chain.rules.length > 0)) {
      this.#steps.push({ kind: 'end', table, chain, rules: chain.rules.length, policy: base.policy });
    }
    this.#open = [];
    this.#matched = false;
  }

  /** What was collected since the last time. */
  take(): { readonly steps: readonly PassStep[]; readonly natSkipped: boolean } {
    const taken = { steps: this.#steps, natSkipped: this.#natSkipped };
    this.#steps = [];
    this.#natSkipped = false;
    return taken;
  }

  #enter({ table, rule }: RuleReference): void {
    for (const target of rule.targets) {
      if (target.kind !== 'jump' && target.kind !== 'goto') continue;
      const chain = this.#hooks.chain(table, target.chain);
      if (chain) this.#open.push({ table, chain, matched: false });
    }
  }

  /** Chains that were left without a match are worth a line: the reader expects them to have done something. */
  #leaveUntil(name: string): void {
    for (let top = this.#open.at(-1); top && top.chain.name !== name; top = this.#open.at(-1)) {
      this.#open.pop();
      if (!top.matched) {
        this.#steps.push({ kind: 'end', table: top.table, chain: top.chain, rules: top.chain.rules.length });
      }
    }
  }

  #endedInDrop(): boolean {
    const last = this.#steps.at(-1);
    return last?.kind === 'rule' && last.where.rule.targets.at(-1)?.kind === 'drop';
  }
}
