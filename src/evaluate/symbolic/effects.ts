import { formatAddress } from '../../model/address.ts';
import type { RuleReference } from '../../model/ruleset.ts';
import type { TargetOf } from '../../model/target.ts';
import { Changes, chosenPort } from './changes.ts';
import type { Conditions, Environment } from './conditions.ts';
import type { Node } from './diagram.ts';
import type { LeafPort, Leaves } from './leaves.ts';

/** What targets do to the diagram of everything that follows: a substitution on the fields they change, and a verdict. */
export class Effects {
  readonly changes: Changes;
  readonly #conditions: Conditions;
  readonly #leaves: Leaves;

  constructor(conditions: Conditions, leaves: Leaves) {
    this.changes = new Changes(conditions);
    this.#conditions = conditions;
    this.#leaves = leaves;
  }

  /** REDIRECT; `after` is what follows once the packet is rewritten. */
  redirect(target: TargetOf<'redirect'>, where: RuleReference, environment: Environment, after: Node): Node {
    const moved = this.changes.redirect(target, environment, after);
    const port = chosenPort(target.ports, target.flags);
    const withPort = this.#leaves.replace(moved, { kind: 'redirect', port }, where, ['accept']);
    const without = this.#leaves.replace(moved, { kind: 'redirect', port: 'none' }, where, ['accept']);
    return this.#conditions.diagrams.ite(this.#conditions.hasPorts(), withPort, without);
  }

  dnat(target: TargetOf<'dnat'>, where: RuleReference, after: Node): Node {
    const port = chosenPort(target.ports, target.flags);
    const moved = this.changes.dnat(target, after);
    const address = target.address ? formatAddress(target.address.family, target.address.from) : '';
    const to = target.ports ? `${address}:${port}` : address;
    return this.#leaves.replace(moved, { kind: 'dnat', to }, where, ['accept']);
  }

  /** A packet that a socket was found for goes there, whatever nat does to it afterwards. */
  tproxy(target: TargetOf<'tproxy'>, where: RuleReference, after: Node): Node {
    const marked = this.changes.tproxy(target, after);
    const port: LeafPort = target.port === 0 ? 'own' : target.port;
    return this.#leaves.replace(marked, { kind: 'tproxy', port }, where, ['accept', 'redirect', 'dnat']);
  }
}
