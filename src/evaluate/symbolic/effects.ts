import { formatAddress } from '../../model/address.ts';
import type { RuleReference } from '../../model/ruleset.ts';
import type { Target, TargetOf } from '../../model/target.ts';
import { changeMark } from '../effects.ts';
import { type Conditions, type Environment, levelOf } from './conditions.ts';
import type { Node } from './diagram.ts';
import { atomCount, type Field } from './domain.ts';
import type { LeafPort, Leaves } from './leaves.ts';

/** What targets do to the diagram of everything that follows: a substitution on the fields they change. */
export class Effects {
  readonly #conditions: Conditions;
  readonly #leaves: Leaves;

  constructor(conditions: Conditions, leaves: Leaves) {
    this.#conditions = conditions;
    this.#leaves = leaves;
  }

  /** REDIRECT; `after` is what follows once the packet is rewritten. Protocols without ports keep none. */
  redirect(target: TargetOf<'redirect'>, where: RuleReference, environment: Environment, after: Node): Node {
    const loopback = this.#conditions.domain.family === 'ipv4' ? 0x7f000001n : 1n;
    const moved = environment.hook === 'OUTPUT' ? this.#toAddress(after, loopback) : after;
    const port = chosenPort(target.ports, target.flags);
    const withPort = this.#leaves.replace(this.#toPort(moved, port), { kind: 'redirect', port }, where, ['accept']);
    const without = this.#leaves.replace(moved, { kind: 'redirect', port: 'none' }, where, ['accept']);
    return this.#conditions.diagrams.ite(this.#conditions.hasPorts(), withPort, without);
  }

  dnat(target: TargetOf<'dnat'>, where: RuleReference, after: Node): Node {
    const port = chosenPort(target.ports, target.flags);
    const moved = target.address ? this.#toAddress(after, target.address.from) : after;
    const address = target.address ? formatAddress(target.address.family, target.address.from) : '';
    const to = target.ports ? `${address}:${port}` : address;
    return this.#leaves.replace(this.#toPort(moved, port), { kind: 'dnat', to }, where, ['accept']);
  }

  /** A packet that a socket was found for goes there, whatever nat does to it afterwards. */
  tproxy(target: TargetOf<'tproxy'>, where: RuleReference, after: Node): Node {
    const marked = this.#changeMark('mark', target.mark.value, target.mark.mask, after);
    const port: LeafPort = target.port === 0 ? 'own' : target.port;
    return this.#leaves.replace(marked, { kind: 'tproxy', port }, where, ['accept', 'redirect', 'dnat']);
  }

  /** MARK and CONNMARK in all their forms; other targets change nothing that a later rule sees. */
  mark(target: Target, environment: Environment, after: Node): Node {
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
      default:
        return after;
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

function chosenPort(ports: { from: number; to: number } | undefined, flags: readonly string[]): LeafPort {
  if (!ports) return 'own';
  if (ports.from !== ports.to && flags.some((flag) => flag.startsWith('--random'))) return 'random';
  return ports.from;
}
