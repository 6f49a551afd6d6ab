import type { Family } from '../model/family.ts';
import type { Packet } from '../model/packet.ts';
import type { Links } from '../model/pod.ts';
import type { Chain, Rule, RuleReference, Ruleset } from '../model/ruleset.ts';
import type { Hooks } from './hooks.ts';
import { witness } from './symbolic/classes.ts';
import { Conditions } from './symbolic/conditions.ts';
import { Diagrams, FALSE, type Node } from './symbolic/diagram.ts';
import { type Domain, domainOf } from './symbolic/domain.ts';
import { Reach } from './symbolic/forward/reach.ts';
import { assignsHelpers, possiblePackets } from './symbolic/possible.ts';
import { alwaysHolds } from './symbolic/unknowns.ts';

/** Which rules the packets of one hook and family meet. */
export class HookReach {
  readonly family: Family;
  readonly place: { readonly family: Family; readonly hook: 'PREROUTING' | 'OUTPUT' };
  readonly hooks: Hooks;
  readonly diagrams = new Diagrams();
  readonly #domain: Domain;
  readonly #reach: Reach;

  /**
   * `links`: what is known of how packets come and go.
   * @throws TooComplex when the rules combine too much, or call each other in a loop
   */
  constructor(
    ruleset: Ruleset,
    hooks: Hooks,
    family: Family,
    hook: 'PREROUTING' | 'OUTPUT',
    links: Partial<Links> = {},
  ) {
    this.family = family;
    this.place = { family, hook };
    this.hooks = hooks;
    this.#domain = domainOf([ruleset], hook, family, links);
    const conditions = new Conditions(this.diagrams, this.#domain);
    this.#reach = new Reach(hooks, conditions);
    this.#reach.run(possiblePackets(conditions, assignsHelpers(ruleset)));
    this.diagrams.allowTelling();
  }

  /** Whether a packet is matched by the rule, or may be. */
  isMet(rule: Rule): boolean {
    return this.#reach.met.isMet(rule);
  }

  isEntered(chain: Chain): boolean {
    return this.#reach.met.entered(chain).length > 0;
  }

  /** Whether packets that fulfil the conditions of the rule get into its chain. */
  wants(where: RuleReference): boolean {
    return this.wanted(where) !== FALSE;
  }

  /** These packets, as they were when their way began. */
  wanted({ table, chain, rule }: RuleReference): Node {
    return this.#reach.wouldMatch(table, chain, rule);
  }

  /** The packets that a rule takes, as they were when their way began. */
  taken(rule: Rule): Node {
    return this.#reach.met.taken(rule);
  }

  /**
   * A packet that the rule matches. `sure`: however the conditions that no packet field decides turn out; else it is
   * one that it may match.
   */
  witnessOf(rule: Rule): { readonly packet: Packet; readonly sure: boolean } {
    const taken = this.taken(rule);
    const always = alwaysHolds(this.diagrams, taken);
    return { packet: this.packet(always === FALSE ? taken : always), sure: always !== FALSE };
  }

  /** One of some packets, as natural as they allow. */
  packet(packets: Node): Packet {
    return witness(this.diagrams, this.#domain, packets);
  }
}
