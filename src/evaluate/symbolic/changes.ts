import type { TargetOf } from '../../model/target.ts';
import { type MarkTarget, setsMark, type TargetThat } from '../../model/target-effects.ts';
import { changeMark } from '../effects.ts';
import { type Conditions, type Environment, levelOf } from './conditions.ts';
import type { Node } from './diagram.ts';
import { atomCount, type Field } from './domain.ts';
import type { LeafPort } from './leaves.ts';

/** Targets that change something which a rule below may look at in the packet itself. */
export type ChangingTarget = TargetThat<{ changes: 'destination' | 'mark' | 'connmark' }>;

/** What targets change about a packet, as a substitution on a diagram about the packet as it is afterwards. */
export class Changes {
  readonly #conditions: Conditions;

  constructor(conditions: Conditions) {
    this.#conditions = conditions;
  }

  /** Any of them, in the place of a rule that was asked in `environment`. */
  of(target: ChangingTarget, environment: Environment, after: Node): Node {
    if (setsMark(target)) return this.mark(target, environment, after);
    switch (target.kind) {
      case 'redirect':
        return this.redirect(target, environment, after);
      case 'dnat':
        return this.dnat(target, after);
      case 'tproxy':
        return this.tproxy(target, after);
    }
  }

  /** REDIRECT. Protocols without ports keep none. */
  redirect(target: TargetOf<'redirect'>, environment: Environment, after: Node): Node {
    const loopback = this.#conditions.domain.family === 'ipv4' ? 0x7f000001n : 1n;
    const moved = environment.hook === 'OUTPUT' ? this.#toAddress(after, loopback) : after;
    const port = this.#toPort(moved, chosenPort(target.ports, target.flags));
    return this.#conditions.diagrams.ite(this.#conditions.hasPorts(), port, moved);
  }

  dnat(target: TargetOf<'dnat'>, after: Node): Node {
    const moved = target.address ? this.#toAddress(after, target.address.from) : after;
    return this.#toPort(moved, chosenPort(target.ports, target.flags));
  }

  /** The mark that TPROXY sets. */
  tproxy(target: TargetOf<'tproxy'>, after: Node): Node {
    return this.#changeMark('mark', target.mark.value, target.mark.mask, after);
  }

  /** MARK and CONNMARK in all their forms. */
  mark(target: MarkTarget, environment: Environment, after: Node): Node {
    switch (target.kind) {
      case 'mark':
        return this.#changeMark('mark', target.value, target.mask, after);
      case 'connmark-set':
        return this.#ofConnection(environment, this.#changeMark('connmark', target.value, target.mask, after), after);
      case 'connmark-save':
        return this.#ofConnection(
          environment,
          this.#copy('mark', 'connmark', target.nfmask, target.ctmask, after),
          after,
        );
      case 'connmark-restore':
        // the connection mark of a template is 0
        if (environment.conntrack === 'template') return this.#changeMark('mark', 0, target.nfmask, after);
        return this.#ofConnection(
          environment,
          this.#copy('connmark', 'mark', target.ctmask, target.nfmask, after),
          after,
        );
    }
  }

  /** What follows for a packet that was routed again and now leaves by lo. */
  onLo(after: Node): Node {
    return this.#set('interface', this.#conditions.domain.interface.names.indexOf('lo'), after);
  }

  #ofConnection(environment: Environment, changed: Node, unchanged: Node): Node {
    const { diagrams } = this.#conditions;
    return diagrams.ite(this.#conditions.hasConnection(environment), changed, unchanged);
  }

  #changeMark(field: 'mark' | 'connmark', value: number, mask: number, after: Node): Node {
    const { marks } = this.#conditions.domain;
    const atoms = atomCount(this.#conditions.domain, field);
    return this.#conditions.diagrams.substitute(after, levelOf(field), atoms, (a) => marks.change(a, value, mask));
  }

  /** `to := (to & ~toMask) ^ (from & fromMask)`, for each atom of `from`. */
  #copy(from: 'mark' | 'connmark', to: 'mark' | 'connmark', fromMask: number, toMask: number, after: Node): Node {
    const { domain, diagrams } = this.#conditions;
    const { marks } = domain;
    let result = after;
    for (const [atom, mark] of marks.representatives.entries()) {
      const change = (old: number) => {
        const value = (mark & fromMask) >>> 0;
        return marks.atom(changeMark(marks.representatives[old] ?? 0, { value, mask: toMask }));
      };
      const copied = diagrams.substitute(after, levelOf(to), atomCount(domain, to), change);
      result = diagrams.ite(this.#conditions.atoms(from, [[atom, atom]]), copied, result);
    }
    return result;
  }

  #toAddress(after: Node, address: bigint): Node {
    return this.#set('destination', this.#conditions.domain.destination.atom(address), after);
  }

  #toPort(after: Node, port: LeafPort): Node {
    if (typeof port !== 'number') return after;
    return this.#set('destinationPort', this.#conditions.domain.destinationPort.atom(BigInt(port)), after);
  }

  #set(field: Field, atom: number, after: Node): Node {
    return this.#conditions.diagrams.assign(after, levelOf(field), atom);
  }
}

/** The port that nat chooses of a range, as far as it can be foretold. */
export function chosenPort(ports: { from: number; to: number } | undefined, flags: readonly string[]): LeafPort {
  if (!ports) return 'own';
  if (ports.from !== ports.to && flags.some((flag) => flag.startsWith('--random'))) return 'random';
  return ports.from;
}
