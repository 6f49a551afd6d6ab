import { type Chain, CONNTRACK_PRIORITY, type Rule, type Table } from '../../../model/ruleset.ts';
import type { Target } from '../../../model/target.ts';
import {
  changes,
  type DecidingTarget,
  goes,
  readsConnection,
  setsMark,
  type TargetThat,
} from '../../../model/target-effects.ts';
import { takesCt } from '../../effects.ts';
import type { Attached, Hooks } from '../../hooks.ts';
import { type Semantics, semanticsOf } from '../../semantics.ts';
import { MAX_DEPTH, tooDeep } from '../../traverse.ts';
import { Changes } from '../changes.ts';
import type { Conditions } from '../conditions.ts';
import { FALSE, type Node } from '../diagram.ts';
import { RULE_STEPS, TooComplex } from '../limits.ts';
import { attached, consultsNat, WAY } from '../way.ts';
import { decidingTarget, firstOf } from './deciding.ts';
import { leavesOf } from './leaves-of.ts';
import { MetRules } from './met.ts';
import { changed, MOST_WORLDS, merged, pulledBack, targetKey, type World, worldKey } from './worlds.ts';

/** How packets leave a chain: at its end or by RETURN, by ACCEPT, or rewritten by a nat rule. The others are gone. */
interface Exits {
  readonly fall: readonly World[];
  readonly accept: readonly World[];
  readonly rewritten: readonly World[];
}

const NOWHERE: Exits = { fall: [], accept: [], rewritten: [] };

/** Sends all packets of a hook through the rules, forwards, and notes which packets each rule takes. */
export class Reach {
  readonly met: MetRules;
  readonly #hooks: Hooks;
  readonly #conditions: Conditions;
  readonly #changes: Changes;
  readonly #visited = new Map<string, Exits>();
  readonly #runs = new Map<string, Run>();
  readonly #ids = new Map<object, number>();

  constructor(hooks: Hooks, conditions: Conditions) {
    this.#hooks = hooks;
    this.#conditions = conditions;
    this.#changes = new Changes(conditions);
    this.met = new MetRules(conditions.diagrams);
  }

  /** @throws TooComplex when the rules combine too much, or call each other in a loop */
  run(packets: Node): void {
    const { diagrams, domain } = this.#conditions;
    const hook = domain.hook === 'PREROUTING' ? 'PREROUTING' : 'OUTPUT';
    const lo = this.#conditions.interface('lo');
    const start = (conntrack: 'none' | 'attached', some: Node): World => ({
      packets: some,
      environment: { hook, conntrack, rewritten: false },
      changes: [],
    });
    // What arrives on lo still carries the connection that OUTPUT gave it.
    const worlds =
      hook === 'OUTPUT'
        ? [start('none', packets)]
        : [start('attached', diagrams.and(packets, lo)), start('none', diagrams.and(packets, diagrams.not(lo)))];
    this.#hook(merged(diagrams, worlds));
  }

  /** The packets that get into a chain and fulfil the conditions of one of its rules, whatever the rules before it do. */
  wouldMatch(table: Table, chain: Chain, rule: Rule): Node {
    const { diagrams } = this.#conditions;
    const each = this.met.entered(chain).map((world) => {
      const condition = this.#conditions.rule(rule, world.environment, semanticsOf(table, rule));
      return diagrams.and(world.packets, pulledBack(this.#changes, world, condition));
    });
    return each.reduce((all, one) => diagrams.or(all, one), FALSE);
  }

  #hook(worlds: readonly World[]): void {
    const [first] = worlds;
    if (!first) return;
    const stages = this.#hooks.at(first.environment.hook, this.#conditions.domain.family);
    let current = worlds;
    for (let at = 0; at < stages.length; at += 1) {
      const stage = stages[at] as Attached;
      if (stage.base.priority >= CONNTRACK_PRIORITY) current = current.map(seen);
      if (stage.base.type !== 'nat') {
        current = this.#each(current, (world) => this.#base(stage, world)).let;
        continue;
      }
      let end = at;
      while (stages[end]?.base.type === 'nat') end += 1;
      current = this.#nat(stages.slice(at, end), current);
      at = end - 1;
    }
    this.#next(current.map(seen));
  }

  #next(worlds: readonly World[]): void {
    const hook = worlds[0] && WAY[worlds[0].environment.hook];
    if (!hook) return;
    // What OUTPUT rewrote to the loopback address is routed again and leaves by lo.
    const routed = ({ environment, changes, packets }: World): World => ({
      packets,
      environment: { ...environment, hook },
      changes: environment.rewritten && hook === 'POSTROUTING' ? [...changes, 'lo'] : changes,
    });
    this.#hook(merged(this.#conditions.diagrams, worlds.map(routed)));
  }

  /** All nat chains in a row are one place: the first that rewrites ends it, and only new connections get there. */
  #nat(stages: readonly Attached[], worlds: readonly World[]): World[] {
    const { diagrams } = this.#conditions;
    const done: World[] = [];
    let asking: readonly World[] = worlds.flatMap((world) => {
      const consults = consultsNat(this.#conditions, world.environment) ?? FALSE;
      const asked = pulledBack(this.#changes, world, consults);
      done.push({ ...world, packets: diagrams.and(world.packets, diagrams.not(asked)) });
      return { ...world, packets: diagrams.and(world.packets, asked) };
    });
    for (const stage of stages) {
      const { let: on, rewritten } = this.#each(merged(diagrams, asking), (world) => this.#base(stage, world));
      asking = on;
      done.push(...rewritten);
    }
    return merged(diagrams, [...done, ...asking]);
  }

  #each(worlds: readonly World[], pass: (world: World) => Passed): { let: World[]; rewritten: World[] } {
    const passed = worlds.map(pass);
    const { diagrams } = this.#conditions;
    return {
      let: merged(
        diagrams,
        passed.flatMap((one) => one.let),
      ),
      rewritten: merged(
        diagrams,
        passed.flatMap((one) => one.rewritten),
      ),
    };
  }

  #base({ table, chain, base }: Attached, world: World): Passed {
    const { fall, accept, rewritten } = this.#chain(table, chain, world, 0);
    return { let: [...(base.policy === 'accept' ? fall : []), ...accept], rewritten };
  }

  #chain(table: Table, chain: Chain, world: World, depth: number): Exits {
    if (world.packets === FALSE) return NOWHERE;
    if (depth > MAX_DEPTH) throw new TooComplex(tooDeep(table));
    const key = `${this.#id(chain)} ${worldKey(world)} ${world.packets}`;
    const known = this.#visited.get(key);
    if (known) return known;
    this.met.enter(chain, world);
    const exits = this.#rules(table, chain, world, depth);
    this.#visited.set(key, exits);
    return exits;
  }

  #rules(table: Table, chain: Chain, world: World, depth: number): Exits {
    const { diagrams } = this.#conditions;
    const exits = new Leaving();
    let current: World[] = [world];
    for (let at = 0; at < chain.rules.length && current.length > 0; ) {
      const end = endOfRun(chain.rules, at);
      const next: World[] = [];
      for (const one of current) {
        if (end > at) next.push(this.#pass(this.#runOf(table, chain, at, end, one), one, exits));
        else next.push(...this.#rule({ table, depth }, chain.rules[at], one, exits));
      }
      current = merged(diagrams, next);
      at = Math.max(end, at + 1);
    }
    exits.fall.push(...current);
    return {
      fall: merged(diagrams, exits.fall),
      accept: merged(diagrams, exits.accept),
      rewritten: merged(diagrams, exits.rewritten),
    };
  }

  /** The rules in a row that decide, as a diagram of which of them takes a packet. */
  #runOf(table: Table, chain: Chain, from: number, end: number, world: World): Run {
    const key = `${this.#id(chain)} ${from} ${worldKey(world)}`;
    const known = this.#runs.get(key);
    if (known) return known;
    const { diagrams } = this.#conditions;
    const rules = chain.rules.slice(from, end);
    const leaves = rules.map(() => diagrams.leaf());
    const pass = diagrams.leaf();
    const options = { environment: world.environment, table, leaves, pass };
    const node = pulledBack(this.#changes, world, firstOf(this.#conditions, rules, options));
    const run = { node, pass, rules: new Map(leaves.map((leaf, i) => [leaf, rules[i] as Rule])) };
    this.#runs.set(key, run);
    return run;
  }

  /** Sends packets through a run: notes which rule takes which, and returns those that none takes. */
  #pass(run: Run, world: World, exits: Leaving): World {
    const { diagrams } = this.#conditions;
    const restricted = diagrams.ite(world.packets, run.node, FALSE);
    const groups = new Map<string, { target: DecidingTarget; leaves: Set<Node> }>();
    for (const leaf of leavesOf(diagrams, restricted)) {
      const rule = run.rules.get(leaf);
      const target = rule && decidingTarget(rule);
      if (!rule || !target) continue;
      this.met.takeInRun(rule, { run: restricted, leaf });
      const key = targetKey(target);
      const group = groups.get(key) ?? { target, leaves: new Set<Node>() };
      groups.set(key, { target, leaves: group.leaves.add(leaf) });
    }
    if (groups.size > MOST_WORLDS) throw new TooComplex('the rules rewrite packets in too many ways');
    const those = (leaves: ReadonlySet<Node>) => diagrams.select(restricted, leaves);
    for (const { target, leaves } of groups.values()) {
      leave(target, { ...world, packets: those(leaves) }, exits);
    }
    return { ...world, packets: those(new Set([run.pass])) };
  }

  /** One rule that changes something, calls a chain, or only counts; returns the packets that go on. */
  #rule(place: Position, rule: Rule | undefined, world: World, exits: Leaving): World[] {
    if (!rule) return [world];
    const { diagrams } = this.#conditions;
    diagrams.spend(RULE_STEPS);
    const semantics = semanticsOf(place.table, rule);
    const condition = this.#conditions.rule(rule, world.environment, semantics);
    const matching = pulledBack(this.#changes, world, condition);
    const taken = diagrams.and(world.packets, matching);
    this.met.take(rule, taken);
    const rest = { ...world, packets: diagrams.and(world.packets, diagrams.not(matching)) };
    let current: World[] = taken === FALSE ? [] : [{ ...world, packets: taken }];
    const broken: World[] = [];
    for (const target of rule.targets) {
      const next: World[] = [];
      for (const one of current) {
        const [going, stopped] = this.#connected(semantics, target, one);
        broken.push(stopped);
        next.push(...this.#target(place, semantics, target, going, exits));
      }
      current = merged(diagrams, next);
    }
    return [rest, ...broken, ...current];
  }

  /** Native rules stop at a statement that reads a connection where there is none. */
  #connected(semantics: Semantics, target: Target, world: World): [World, World] {
    const nothing = { ...world, packets: FALSE };
    if (!readsConnection(target) || semantics !== 'nft') return [world, nothing];
    const { diagrams } = this.#conditions;
    const has = pulledBack(this.#changes, world, this.#conditions.hasConnection(world.environment));
    return [
      { ...world, packets: diagrams.and(world.packets, has) },
      { ...world, packets: diagrams.and(world.packets, diagrams.not(has)) },
    ];
  }

  /** Returns the packets that go on to the rule's next target. */
  #target(place: Position, semantics: Semantics, target: Target, world: World, exits: Leaving): World[] {
    if (setsMark(target)) return [changed(world, target)];
    if (goes(target, 'ends')) {
      leave(target, world, exits);
      return [];
    }
    switch (target.kind) {
      case 'jump':
      case 'goto': {
        const chain = this.#hooks.chain(place.table, target.chain);
        // A chain that was not read may send packets back.
        if (!chain) return [world];
        const { fall, accept, rewritten } = this.#chain(place.table, chain, world, place.depth + 1);
        exits.accept.push(...accept);
        exits.rewritten.push(...rewritten);
        if (target.kind === 'jump') return [...fall];
        exits.fall.push(...fall);
        return [];
      }
      case 'ct': {
        const { environment } = world;
        if (!takesCt(target, environment.conntrack, semantics)) return [world];
        return [{ ...world, environment: { ...environment, conntrack: target.notrack ? 'untracked' : 'template' } }];
      }
      case 'tproxy': {
        const marked = changed(world, target);
        if (semantics === 'nft') return [marked];
        exits.accept.push(marked);
        return [];
      }
      case 'continue':
      case 'unknown':
        return [world];
    }
  }

  #id(value: object): number {
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    this.#ids.set(value, this.#ids.size);
    return this.#ids.size - 1;
  }
}

/** How packets leave a base chain: on to the next one, or out of all nat chains of the hook. */
interface Passed {
  readonly let: readonly World[];
  readonly rewritten: readonly World[];
}

interface Position {
  readonly table: Table;
  readonly depth: number;
}

/** Which of the rules in a row takes a packet. */
interface Run {
  readonly node: Node;
  readonly pass: Node;
  readonly rules: ReadonlyMap<Node, Rule>;
}

class Leaving {
  readonly fall: World[] = [];
  readonly accept: World[] = [];
  readonly rewritten: World[] = [];
}

function leave(target: TargetThat<{ way: 'ends' }>, world: World, exits: Leaving): void {
  const exit = exitBy(target);
  if (exit === null) return;
  const rewritten = changes(target, 'destination');
  const environment = { ...world.environment, rewritten: true };
  exits[exit].push(rewritten ? { ...changed(world, target), environment } : world);
}

/** Null for packets that end there. */
function exitBy(target: TargetThat<{ way: 'ends' }>): keyof Exits | null {
  switch (target.kind) {
    case 'accept':
      return 'accept';
    case 'return':
      return 'fall';
    case 'redirect':
    case 'dnat':
    case 'snat':
    case 'masquerade':
      return 'rewritten';
    case 'drop':
    case 'reject':
      return null;
  }
}

function seen(world: World): World {
  return { ...world, environment: attached(world.environment) };
}

/** The end (exclusive) of the rules from a position on that only decide; the position itself if its rule does more. */
function endOfRun(rules: readonly Rule[], from: number): number {
  let end = from;
  for (let rule = rules[end]; rule && decidingTarget(rule) !== null; rule = rules[end]) end += 1;
  return end;
}
