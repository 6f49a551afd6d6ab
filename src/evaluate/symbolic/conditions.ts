import { asJsonText } from '../../model/json.ts';
import {
  isPortsMatch,
  type Match,
  type MatchOf,
  type Negatable,
  type OwnerMatch,
  PORTS_PROTOCOLS,
  type PortRange,
  type PortsMatch,
} from '../../model/match.ts';
import { hasPorts } from '../../model/protocol.ts';
import type { Rule } from '../../model/ruleset.ts';
import { interfaceMatches } from '../match.ts';
import { isMerged, matchesOf } from '../merged-ports.ts';
import type { Semantics } from '../semantics.ts';
import { networkRange } from './cuts.ts';
import { type Diagrams, FALSE, type Node, TRUE } from './diagram.ts';
import { atomCount, type Domain, FIELDS, type Field, type Line, STATES } from './domain.ts';
import { LIMITS, TooComplex } from './limits.ts';

/** What conditions depend on besides the packet: where it is, and what is attached to it there. */
export interface Environment {
  readonly hook: 'PREROUTING' | 'INPUT' | 'OUTPUT' | 'POSTROUTING';
  readonly conntrack: 'none' | 'template' | 'untracked' | 'attached';
  /** Whether a nat rule rewrote the destination on the way here. */
  readonly rewritten: boolean;
}

/** The level of a field in the diagrams. */
export function levelOf(field: Field): number {
  return FIELDS.indexOf(field);
}

type Range = readonly [number, number];

/** Turns matches into boolean diagrams. Conditions that no field decides become boolean fields of their own. */
export class Conditions {
  readonly diagrams: Diagrams;
  readonly domain: Domain;
  /** The unknown conditions by their text; the level of each is `FIELDS.length` plus its position. */
  readonly #unknowns = new Map<string, number>();

  constructor(diagrams: Diagrams, domain: Domain) {
    this.diagrams = diagrams;
    this.domain = domain;
  }

  /** TRUE exactly for the packets that the rule matches. */
  rule(rule: Rule, environment: Environment, semantics: Semantics): Node {
    let condition: Node = TRUE;
    const open = semantics !== 'nft' && !namesProtocolWithPorts(rule);
    for (const match of matchesOf(rule, semantics)) {
      if (condition === FALSE) break;
      const holds = this.match(match, environment, semantics);
      const node = open && comparesPorts(match) ? this.#whereverPortsAre(holds, match) : holds;
      condition = this.diagrams.and(condition, node);
    }
    return condition;
  }

  /** `! -p tcp -m tcp --dport 80` also compares what stands there in packets that have no ports, whatever that is. */
  #whereverPortsAre(holds: Node, match: Match): Node {
    return this.diagrams.ite(this.hasPorts(), holds, this.#unknown(match));
  }

  match(match: Match, environment: Environment, semantics: Semantics): Node {
    if (isPortsMatch(match)) return this.#ports(match, semantics);
    switch (match.kind) {
      case 'source':
      case 'destination':
        return this.#address(match);
      case 'in-interface':
      case 'out-interface':
        return this.#negate(match.negated, this.#interface(match, environment));
      case 'protocol':
        return this.#negate(match.negated, match.protocol === 0 ? TRUE : this.value('protocol', match.protocol));
      case 'fragment':
        return match.negated ? TRUE : FALSE;
      case 'multiport':
        return this.#negate(match.negated, this.#multiport(match));
      case 'owner':
        return this.#owner(match, environment, semantics);
      case 'mark':
        return this.#negate(match.negated, this.#mark('mark', match));
      case 'connmark':
        return this.#connmark(match, environment, semantics);
      case 'conntrack':
      case 'state':
        return this.#conntrack(match, environment);
      case 'comment':
        return TRUE;
      case 'iprange':
        return this.diagrams.and(this.#range('source', match.source), this.#range('destination', match.destination));
      case 'addrtype':
        return this.#addrtype(match, environment);
      case 'opaque':
      case 'unknown':
        return this.#unknown(match);
    }
  }

  /** TRUE for one value of a numeric field. */
  value(field: 'protocol' | 'destinationPort' | 'sourcePort' | 'uid' | 'gid', value: number): Node {
    const atom = this.domain[field].atom(BigInt(value));
    return this.atoms(field, [[atom, atom]]);
  }

  /** TRUE for the atoms in the ranges of a field. */
  atoms(field: Field, ranges: readonly Range[]): Node {
    return this.diagrams.test(levelOf(field), joined(ranges), atomCount(this.domain, field));
  }

  /** TRUE for packets that belong to a connection which rules can see. */
  hasConnection(environment: Environment): Node {
    return environment.conntrack === 'attached' ? this.states(['NEW', 'ESTABLISHED', 'RELATED']) : FALSE;
  }

  /** TRUE for packets of a protocol with ports. */
  hasPorts(): Node {
    return Object.values(PORTS_PROTOCOLS)
      .map((protocol) => this.value('protocol', protocol))
      .reduce((any, one) => this.diagrams.or(any, one));
  }

  /** TRUE for packets in one of the states. */
  states(names: readonly string[]): Node {
    return this.atoms(
      'ctState',
      STATES.flatMap((state, i): Range[] => (names.includes(state) ? [[i, i]] : [])),
    );
  }

  /** TRUE for addresses from `from` to `to`. */
  addressRange(field: 'source' | 'destination', from: bigint, to: bigint): Node {
    return this.#line(field, this.domain[field], from, to);
  }

  /** TRUE for packets on an interface whose name matches. */
  interface(pattern: string): Node {
    if (pattern.endsWith('+')) this.diagrams.spend(atomCount(this.domain, 'interface'));
    return this.atoms('interface', this.domain.interface.atoms(pattern));
  }

  #line(field: Field, line: Line, from: bigint, to: bigint): Node {
    return this.atoms(field, [[line.atom(from), line.atom(to)]]);
  }

  #negate(negated: boolean, node: Node): Node {
    return negated ? this.diagrams.not(node) : node;
  }

  #address(match: MatchOf<'source' | 'destination'>): Node {
    if (match.network.family !== this.domain.family) return FALSE;
    const range = networkRange(match.network);
    if (range === null) return this.#negate(match.negated, this.#unknown({ ...match, negated: false }));
    return this.#negate(match.negated, this.addressRange(match.kind, range[0], range[1]));
  }

  #interface(match: MatchOf<'in-interface' | 'out-interface'>, { hook }: Environment): Node {
    const incoming = hook === 'PREROUTING' || hook === 'INPUT';
    if ((match.kind === 'in-interface') === incoming) return this.interface(match.name);
    return interfaceMatches(match.name, '') ? TRUE : FALSE;
  }

  #ports(match: PortsMatch, semantics: Semantics): Node {
    let condition = semantics === 'nft' ? this.value('protocol', PORTS_PROTOCOLS[match.kind]) : TRUE;
    const and = (node: Node) => {
      condition = this.diagrams.and(condition, node);
    };
    const source = match.sourcePort ? this.#portRanges('sourcePort', match.sourcePort) : TRUE;
    const destination = match.destinationPort ? this.#portRanges('destinationPort', match.destinationPort) : TRUE;
    if (isMerged(match, semantics)) {
      const one = this.diagrams.not(this.diagrams.ite(source, destination, this.diagrams.not(destination)));
      and(this.diagrams.ite(one, this.#unknown(match), source));
    } else {
      and(this.diagrams.and(source, destination));
    }
    if (match.flags) and(this.#flags(match));
    if (match.rest && match.rest.length > 0) and(this.#unknown(match.rest));
    return condition;
  }

  #portRanges(field: 'sourcePort' | 'destinationPort', condition: Negatable<readonly PortRange[]>): Node {
    const line = this.domain[field];
    const ranges = condition.value.map(({ from, to }): Range => [line.atom(BigInt(from)), line.atom(BigInt(to))]);
    return this.#negate(condition.negated, this.atoms(field, ranges));
  }

  /** The first packet of a connection is a plain SYN; the flags of later ones are not known. */
  #flags({ flags }: PortsMatch): Node {
    if (!flags) return TRUE;
    const { mask, set } = flags.value;
    const syn = mask.includes('SYN') ? ['SYN'] : [];
    const holds = (syn.length === set.length && syn.every((flag) => set.includes(flag))) !== flags.negated;
    return this.diagrams.ite(this.states(['NEW']), holds ? TRUE : FALSE, this.#unknown(flags));
  }

  #multiport(match: MatchOf<'multiport'>): Node {
    const condition = { negated: false, value: match.ports };
    const source = () => this.#portRanges('sourcePort', condition);
    const destination = () => this.#portRanges('destinationPort', condition);
    const either = () => this.diagrams.or(source(), destination());
    const holds = { source, destination, either }[match.side]();
    return this.diagrams.and(this.hasPorts(), holds);
  }

  #owner(match: OwnerMatch, { hook }: Environment, semantics: Semantics): Node {
    const options = [match.uid, match.gid, match.socketExists].filter((option) => option !== undefined);
    const absent =
      semantics !== 'nft' && options.length > 0 && options.every((option) => option.negated) ? TRUE : FALSE;
    if (hook === 'PREROUTING' || hook === 'INPUT') return absent;
    let present: Node = match.socketExists?.negated ? FALSE : TRUE;
    if (match.uid) present = this.diagrams.and(present, this.#ids('uid', match.uid));
    if (match.gid) present = this.diagrams.and(present, this.#group(match));
    return this.diagrams.ite(this.atoms('socket', [[1, 1]]), present, absent);
  }

  #ids(field: 'uid' | 'gid', condition: Negatable<{ from: number; to: number }>): Node {
    const { from, to } = condition.value;
    return this.#negate(condition.negated, this.#line(field, this.domain[field], BigInt(from), BigInt(to)));
  }

  #group(match: OwnerMatch): Node {
    if (!match.gid) return TRUE;
    if (!match.supplementaryGroups) return this.#ids('gid', match.gid);
    const plain = this.#ids('gid', { ...match.gid, negated: false });
    return this.#negate(match.gid.negated, this.diagrams.or(plain, this.#unknown(match)));
  }

  #mark(field: 'mark' | 'connmark', { value, mask }: { value: number; mask: number }): Node {
    const atoms = this.domain.marks.representatives.flatMap((mark, i): Range[] =>
      (mark & mask) >>> 0 === value ? [[i, i]] : [],
    );
    return this.atoms(field, atoms);
  }

  #connmark(match: MatchOf<'mark' | 'connmark'>, environment: Environment, semantics: Semantics): Node {
    if (environment.conntrack === 'template' && semantics !== 'nft') {
      return ((0 & match.mask) === match.value) !== match.negated ? TRUE : FALSE;
    }
    const holds = this.#negate(match.negated, this.#mark('connmark', match));
    return this.diagrams.and(this.hasConnection(environment), holds);
  }

  #conntrack(match: MatchOf<'conntrack' | 'state'>, environment: Environment): Node {
    const rest = match.kind === 'conntrack' && match.rest?.length ? this.#unknown(match.rest) : TRUE;
    if (!match.states) return rest;
    return this.diagrams.and(rest, this.#negate(match.states.negated, this.#states(match.states.value, environment)));
  }

  #states(names: readonly string[], environment: Environment): Node {
    const has = (name: string) => (names.includes(name) ? TRUE : FALSE);
    switch (environment.conntrack) {
      case 'none':
        return has('INVALID');
      case 'template':
        return has('NEW');
      case 'untracked':
        return has('UNTRACKED');
      case 'attached':
        return this.#attachedStates(names, environment);
    }
  }

  #attachedStates(names: readonly string[], environment: Environment): Node {
    const plain = this.states(names);
    if (!names.includes('DNAT') && !names.includes('SNAT')) return plain;
    const rewritten = names.includes('DNAT') && environment.rewritten ? TRUE : FALSE;
    const older = this.diagrams.and(this.states(['ESTABLISHED', 'RELATED']), this.#unknown(names));
    const nat = this.diagrams.and(this.hasConnection(environment), this.diagrams.or(rewritten, older));
    return this.diagrams.or(plain, nat);
  }

  #range(field: 'source' | 'destination', condition: Negatable<{ from: bigint; to: bigint }> | undefined): Node {
    if (!condition) return TRUE;
    return this.#negate(condition.negated, this.addressRange(field, condition.value.from, condition.value.to));
  }

  /** Only "is the destination local?" is decided: in OUTPUT it is, exactly when the packet leaves by lo. */
  #addrtype(match: MatchOf<'addrtype'>, { hook, rewritten }: Environment): Node {
    const { destination } = match;
    const plain = destination && !match.source && !match.limitInterface && !rewritten;
    if (plain && hook === 'OUTPUT' && destination.value.length === 1 && destination.value[0] === 'LOCAL') {
      return this.#negate(destination.negated, this.interface('lo'));
    }
    return this.#unknown(match);
  }

  /**
   * The boolean field of a condition; the same text is the same field, in all rulesets compared.
   * @throws TooComplex when there are too many
   */
  #unknown(condition: unknown): Node {
    const text = asJsonText(condition);
    const position = this.#unknowns.get(text) ?? this.#unknowns.size;
    if (position === LIMITS.unknowns) {
      throw new TooComplex(`more than ${LIMITS.unknowns} conditions of the rules are not known`);
    }
    this.#unknowns.set(text, position);
    return this.diagrams.test(FIELDS.length + position, [[1, 1]], 2);
  }
}

function namesProtocolWithPorts({ matches }: Rule): boolean {
  return matches.some((match) => match.kind === 'protocol' && !match.negated && hasPorts(match.protocol));
}

function comparesPorts(match: Match): boolean {
  return 'sourcePort' in match || 'destinationPort' in match;
}

/** Ranges in ascending order, those that touch or overlap joined. */
function joined(ranges: readonly Range[]): Range[] {
  const result: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}
