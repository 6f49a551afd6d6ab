import type { Rule, RuleReference, Ruleset } from '../model/ruleset.ts';
import type { ClassScope, OpenPackets, PacketClass, PacketClasses } from './classes-types.ts';
import { Hooks } from './hooks.ts';
import { evaluatePacket } from './packet.ts';
import { type Box, boxesOf } from './symbolic/boxes.ts';
import { describeClass, witness } from './symbolic/classes.ts';
import { Compiler } from './symbolic/compile.ts';
import { Conditions } from './symbolic/conditions.ts';
import { Deciders, type Detail } from './symbolic/deciders.ts';
import { Diagrams, FALSE, type Node } from './symbolic/diagram.ts';
import { type Domain, domainOf } from './symbolic/domain.ts';
import { leavesOf } from './symbolic/forward/leaves-of.ts';
import { Leaves } from './symbolic/leaves.ts';
import { TooComplex, TRACE_STEPS, whyGivenUp } from './symbolic/limits.ts';
import { type OwnerGroup, ownerGroups } from './symbolic/owners.ts';
import { assignsHelpers, possiblePackets } from './symbolic/possible.ts';
import { alwaysHolds } from './symbolic/unknowns.ts';

/** How many pieces one fate of some owners is reported in; the rest becomes one that words describe roughly. */
const MOST_PIECES = 6;
/** Different verdicts that are told apart; where there are more, only their kinds are. */
const MOST_VERDICTS = 48;

/** A compiled hook, with leaves that tell deciding rules apart or not. */
interface Compiled {
  readonly node: Node;
  readonly leaves: Leaves;
}

/** Packets of some owners that end alike. */
interface Fate {
  readonly packets: Node;
  readonly pieces: readonly Box[];
  readonly leavesAlone: boolean;
}

/** What becomes of all packets of one hook and family. */
export class HookFates {
  readonly #scope: ClassScope;
  readonly #hooks: Hooks;
  readonly #diagrams = new Diagrams();
  readonly #domain: Domain;
  readonly #conditions: Conditions;
  /** The packets asked about. */
  readonly #all: Node;
  #byRule: Compiled | null = null;
  #decided: Node = FALSE;

  /** @throws TooComplex when the rules combine too much */
  constructor(ruleset: Ruleset, scope: ClassScope) {
    this.#scope = scope;
    this.#hooks = new Hooks(ruleset);
    this.#domain = domainOf([ruleset, mentions(scope)], scope.hook, scope.family, scope);
    this.#conditions = new Conditions(this.#diagrams, this.#domain);
    const possible = possiblePackets(this.#conditions, assignsHelpers(ruleset));
    const asked = this.#diagrams.and(possible, this.#conditions.states([scope.state]));
    const lo = this.#conditions.interface('lo');
    this.#all = scope.hook === 'OUTPUT' ? asked : this.#diagrams.and(asked, this.#diagrams.not(lo));
  }

  /** @throws TooComplex when the rules combine too much */
  result(): PacketClasses {
    const { node, leaves } = this.#compile('outcomes');
    const fates = this.#diagrams.ite(this.#all, node, FALSE);
    const verdicts = this.#verdicts(fates, leaves);
    this.#byRule = this.#compiledByRule();
    this.#diagrams.allowTelling();
    const classes: PacketClass[] = [];
    try {
      for (const group of ownerGroups(this.#conditions, fates, this.#scope.proxy)) {
        classes.push(...this.#ofOwners(group, fates, verdicts));
      }
      return { classes: proxyFirst(classes), open: this.#open() };
    } catch (error) {
      return { classes: proxyFirst(classes), open: [this.#notAll(whyGivenUp(error))] };
    }
  }

  /** Says that there are more packets than those of the classes. */
  #notAll(because: string): OpenPackets {
    const { family, hook } = this.#scope;
    return { family, hook, packets: {}, witness: null, because };
  }

  #compile(detail: Detail): Compiled {
    const leaves = new Leaves(this.#diagrams, this.#domain, [], new Deciders(detail));
    return { leaves, node: new Compiler(this.#hooks, this.#conditions, leaves).compile() };
  }

  #compiledByRule(): Compiled | null {
    try {
      return this.#compile('rules');
    } catch (error) {
      if (error instanceof TooComplex) return null;
      throw error;
    }
  }

  /** The leaves in groups of the same verdict. */
  #verdicts(fates: Node, leaves: Leaves): { alone: boolean; leaves: Set<Node> }[] {
    const ends = [...leavesOf(this.#diagrams, fates)].filter((leaf) => leaf !== FALSE);
    const known = ends.filter((leaf) => leaves.content(leaf).verdict.kind !== 'undetermined');
    const texts = new Set(known.map((leaf) => JSON.stringify(leaves.content(leaf).verdict)));
    const groups = new Map<string, { alone: boolean; leaves: Set<Node> }>();
    for (const leaf of known) {
      const { verdict } = leaves.content(leaf);
      const key = texts.size > MOST_VERDICTS ? verdict.kind : JSON.stringify(verdict);
      const group = groups.get(key) ?? { alone: verdict.kind === 'accept', leaves: new Set<Node>() };
      groups.set(key, { ...group, leaves: group.leaves.add(leaf) });
    }
    return [...groups.values()];
  }

  #ofOwners(
    { owners, proxy }: OwnerGroup,
    fates: Node,
    verdicts: readonly { alone: boolean; leaves: ReadonlySet<Node> }[],
  ): PacketClass[] {
    const theirs = this.#diagrams.and(this.#all, owners);
    const found = verdicts.flatMap(({ alone, leaves }): Fate[] => {
      const ends = alwaysHolds(this.#diagrams, this.#diagrams.select(fates, leaves));
      const packets = this.#diagrams.and(theirs, ends);
      if (packets === FALSE) return [];
      this.#decided = this.#diagrams.or(this.#decided, packets);
      const pieces = boxesOf(this.#conditions, packets, theirs, MOST_PIECES);
      return [{ packets, pieces, leavesAlone: alone }];
    });
    const rest = found.find(({ leavesAlone }) => leavesAlone) ?? found.toSorted(byPieces)[0];
    const whole = found.reduce((all, { packets }) => this.#diagrams.or(all, packets), FALSE) === theirs;
    const told = found.filter((fate) => fate !== rest || !whole);
    return this.#owners(owners).flatMap(({ words, packets }) => [
      ...told.flatMap((fate) => this.#pieces(fate, theirs, packets).map((one) => ({ ...one, owner: words, proxy }))),
      ...(rest && whole ? [{ ...this.#rest(rest, packets), owner: words, proxy }] : []),
    ]);
  }

  /** The owners in pieces that words describe. */
  #owners(owners: Node): { words: Record<string, string>; packets: Node }[] {
    const theirs = this.#diagrams.and(this.#all, owners);
    // Owners that send no such packet may be in any piece: the pieces are of owners, not of their packets.
    const boxes = boxesOf(this.#conditions, owners, this.#diagrams.or(owners, this.#anyOwner()), MOST_PIECES);
    return boxes.map((box) => {
      const packets = this.#diagrams.and(theirs, box.packets);
      return { words: describeClass(this.#conditions, packets, this.#all), packets };
    });
  }

  /** Owners as they can exist: a packet of no socket has no ids. */
  #anyOwner(): Node {
    const first = (field: 'uid' | 'gid' | 'socket') => this.#conditions.atoms(field, [[0, 0]]);
    const noIds = this.#diagrams.and(first('uid'), first('gid'));
    return this.#diagrams.or(this.#diagrams.not(first('socket')), noIds);
  }

  #pieces({ pieces }: Fate, theirs: Node, some: Node) {
    return pieces.flatMap(({ packets, fresh }, i) => {
      const here = this.#diagrams.and(packets, some);
      const shown = this.#diagrams.and(fresh, some);
      if (here === FALSE) return [];
      const words = describeClass(this.#conditions, packets, theirs);
      return [
        {
          ...this.#class(shown === FALSE ? here : shown, here),
          traffic: words,
          rest: false,
          roughly: i >= MOST_PIECES,
        },
      ];
    });
  }

  #rest({ packets }: Fate, some: Node) {
    const here = this.#diagrams.and(packets, some);
    return { ...this.#class(here, here), traffic: {}, rest: true, roughly: false };
  }

  #class(shown: Node, packets: Node): Pick<PacketClass, 'family' | 'hook' | 'witness' | 'trace' | 'rules'> {
    const packet = witness(this.#diagrams, this.#domain, shown);
    this.#diagrams.spend(TRACE_STEPS);
    const trace = evaluatePacket(this.#hooks, packet, { reach: 'arrival' });
    const { family, hook } = this.#scope;
    return { family, hook, witness: packet, trace, rules: this.#deciding(packets, trace.decidedBy) };
  }

  /** The rules that decide for some of the packets, that of the witness first. */
  #deciding(packets: Node, first: RuleReference | null): RuleReference[] | null {
    if (this.#byRule === null) return null;
    const { node, leaves } = this.#byRule;
    const rules = new Map<Rule, RuleReference>(first ? [[first.rule, first]] : []);
    for (const leaf of leavesOf(this.#diagrams, this.#diagrams.ite(packets, node, FALSE))) {
      const where = leaf === FALSE ? null : leaves.content(leaf).decidedBy;
      if (where) rules.set(where.rule, where);
    }
    return [...rules.values()];
  }

  #open(): OpenPackets[] {
    const open = this.#diagrams.and(this.#all, this.#diagrams.not(this.#decided));
    const { family, hook } = this.#scope;
    return boxesOf(this.#conditions, open, this.#all, 2).map(({ packets, fresh }) => {
      const packet = witness(this.#diagrams, this.#domain, fresh);
      const { verdict } = evaluatePacket(this.#hooks, packet, { reach: 'arrival' });
      const because = verdict.kind === 'undetermined' ? verdict.because : 'a condition that no packet field decides';
      return { family, hook, packets: describeClass(this.#conditions, packets, this.#all), witness: packet, because };
    });
  }
}

function byPieces(a: Fate, b: Fate): number {
  return b.pieces.length - a.pieces.length;
}

function proxyFirst(classes: readonly PacketClass[]): PacketClass[] {
  return classes.toSorted((a, b) => Number(b.proxy) - Number(a.proxy));
}

/** A ruleset that does nothing, with a rule that tells the proxy's ids from others even where the live rules do not. */
function mentions({ proxy, family }: ClassScope): Ruleset {
  const ids = (kind: 'uid' | 'gid') =>
    proxy[`${kind}s`].map((id) => ({
      kind: 'owner' as const,
      [kind]: { negated: false, value: { from: id, to: id } },
    }));
  const origin = { source: '', line: 0 };
  const rule = { index: 1, matches: [...ids('uid'), ...ids('gid')], targets: [], origin, text: '' };
  return { tables: [{ backend: 'iptables', family, name: '', chains: [{ name: '', rules: [rule] }] }] };
}
