import type { VerdictKind } from '../../model/packet.ts';
import {
  type Chain,
  CONNTRACK_PRIORITY,
  isNative,
  type Rule,
  type RuleReference,
  type Table,
} from '../../model/ruleset.ts';
import type { Target } from '../../model/target.ts';
import { changes, decides, goes, readsConnection, setsMark } from '../../model/target-effects.ts';
import { takesCt } from '../effects.ts';
import { type Attached, decidesCapture, type Hooks, reference } from '../hooks.ts';
import { semanticsOf } from '../semantics.ts';
import { MAX_DEPTH, place, tooDeep } from '../traverse.ts';
import type { Conditions, Environment } from './conditions.ts';
import type { Node } from './diagram.ts';
import { Effects } from './effects.ts';
import type { Leaves } from './leaves.ts';
import { RULE_STEPS } from './limits.ts';
import { attached, consultsNat, environmentKey, WAY } from './way.ts';

/** What comes after a chain, by the environment in which the packet leaves it. */
type Continuation = (environment: Environment) => Node;

/** Compiles all that a ruleset does to the packets of one hook into a diagram, from the end of the way backwards. */
export class Compiler {
  readonly #hooks: Hooks;
  readonly #conditions: Conditions;
  readonly #leaves: Leaves;
  readonly #effects: Effects;
  readonly #chains = new Map<string, Node>();
  readonly #following = new Map<string, Node>();
  readonly #ids = new Map<object, number>();
  /** Stands for "no rule of this row matched" while a row is put together. */
  readonly #pass: Node;

  constructor(hooks: Hooks, conditions: Conditions, leaves: Leaves) {
    this.#hooks = hooks;
    this.#conditions = conditions;
    this.#leaves = leaves;
    this.#effects = new Effects(conditions, leaves);
    this.#pass = conditions.diagrams.leaf();
  }

  /** The diagram of the hook of the domain, leaves as in `Leaves`. */
  compile(): Node {
    const hook = this.#conditions.domain.hook === 'PREROUTING' ? 'PREROUTING' : 'OUTPUT';
    if (hook === 'OUTPUT') return this.#hook({ hook, conntrack: 'none', rewritten: false });
    // What arrives on lo still carries the connection that OUTPUT gave it.
    const onLo = this.#hook({ hook, conntrack: 'attached', rewritten: false });
    const fromOutside = this.#hook({ hook, conntrack: 'none', rewritten: false });
    return this.#conditions.diagrams.ite(this.#conditions.interface('lo'), onLo, fromOutside);
  }

  #hook(environment: Environment): Node {
    const stages = this.#hooks.at(environment.hook, this.#conditions.domain.family);
    return this.#stages(stages, 0, environment);
  }

  #afterHook(environment: Environment): Node {
    const next = WAY[environment.hook];
    if (next === null) return this.#leaves.accept();
    const node = this.#hook({ ...environment, hook: next });
    // What OUTPUT rewrote to the loopback address is routed again and leaves by lo.
    return environment.rewritten && next === 'POSTROUTING' ? this.#effects.changes.onLo(node) : node;
  }

  /** What follows is needed at every exit of every chain, so it is kept. */
  #stages(stages: readonly Attached[], position: number, environment: Environment): Node {
    const key = `${position} ${environmentKey(environment)}`;
    const known = this.#following.get(key);
    if (known !== undefined) return known;
    const node = this.#stage(stages, position, environment);
    this.#following.set(key, node);
    return node;
  }

  #stage(stages: readonly Attached[], position: number, environment: Environment): Node {
    const stage = stages[position];
    if (!stage) return this.#afterHook(attached(environment));
    const here = stage.base.priority >= CONNTRACK_PRIORITY ? attached(environment) : environment;
    if (stage.base.type === 'nat') return this.#nat(stages, position, here);
    const rest: Continuation = (leaving) => this.#stages(stages, position + 1, leaving);
    return this.#base(stage, here, rest);
  }

  #base(stage: Attached, environment: Environment, accept: Continuation, rewritten = accept): Node {
    const fall = stage.base.policy === 'accept' ? accept : () => this.#leaves.verdict({ kind: 'drop' }, null);
    return this.#chain(
      { table: stage.table, chain: stage.chain, fall, accept, rewritten, depth: 0, suffixes: new Map() },
      environment,
    );
  }

  /** All nat chains in a row are one place: the first that rewrites ends it, and only new connections get there. */
  #nat(stages: readonly Attached[], position: number, environment: Environment): Node {
    let end = position;
    while (stages[end]?.base.type === 'nat') end += 1;
    const after: Continuation = (leaving) => this.#stages(stages, end, leaving);
    const skipped = after(environment);
    const consults = consultsNat(this.#conditions, environment);
    if (consults === null) return skipped;
    const ask = (next: number): Continuation => {
      const stage = stages[next];
      return (leaving) => (stage && next < end ? this.#base(stage, leaving, ask(next + 1), after) : after(leaving));
    };
    return this.#conditions.diagrams.ite(consults, ask(position)(environment), skipped);
  }

  #chain(frame: Frame, environment: Environment): Node {
    if (frame.depth > MAX_DEPTH) return this.#undetermined(tooDeep(frame.table), null);
    // Before connection tracking a CT target may change the environment, so what follows is more than one node.
    const simple = environment.conntrack === 'attached' || environment.conntrack === 'untracked';
    if (!simple) return this.#rules(frame, 0, environment);
    const ends = `${frame.fall(environment)} ${frame.accept(environment)}`;
    const key = `${this.#id(frame.chain)} ${environmentKey(environment)} ${ends}`;
    const known = this.#chains.get(key);
    if (known !== undefined) return known;
    const node = this.#rules(frame, 0, environment);
    this.#chains.set(key, node);
    return node;
  }

  /**
   * The rules of a chain from a position (0-based) to its end, built from the last one upwards. Rules in a row that
   * only decide are joined in halves, so that a list of n exclusions costs n log n.
   */
  #rules(frame: Frame, from: number, environment: Environment): Node {
    const { rules } = frame.chain;
    const key = environmentKey(environment);
    // Rules that change the environment ask for what is below them, mostly the lowest first.
    const known = frame.suffixes.get(key);
    const below = known && known.from >= from ? known : { from: rules.length, node: frame.fall(environment) };
    let { node } = below;
    for (let end = below.from; end > from; ) {
      let start = end;
      while (start > from && onlyDecides(rules[start - 1])) start -= 1;
      if (start < end) {
        const decided = this.#deciding(frame, start, end, environment);
        node = this.#conditions.diagrams.fill(decided, this.#pass, node);
        end = start;
      } else {
        end -= 1;
        node = this.#rule(frame, end, environment, node);
      }
    }
    if (below === known || !known) frame.suffixes.set(key, { from, node });
    return node;
  }

  /** What the rules from `start` up to `end` decide; `#pass` where none of them matches. */
  #deciding(frame: Frame, start: number, end: number, environment: Environment): Node {
    if (end - start === 1) return this.#rule(frame, start, environment, this.#pass);
    const middle = (start + end) >> 1;
    const upper = this.#deciding(frame, start, middle, environment);
    const lower = this.#deciding(frame, middle, end, environment);
    return this.#conditions.diagrams.fill(upper, this.#pass, lower);
  }

  /** One rule, with what is below it in the same environment. */
  #rule(frame: Frame, position: number, environment: Environment, below: Node): Node {
    const rule = frame.chain.rules[position];
    if (!rule) return below;
    this.#conditions.diagrams.spend(RULE_STEPS);
    const condition = this.#conditions.rule(rule, environment, semanticsOf(frame.table, rule));
    const next: Continuation = (leaving) =>
      environmentKey(leaving) === environmentKey(environment) ? below : this.#rules(frame, position + 1, leaving);
    const taken = this.#targets(frame, reference(frame.table, frame.chain, rule), 0, environment, next);
    return this.#conditions.diagrams.ite(condition, taken, below);
  }

  #targets(frame: Frame, where: RuleReference, i: number, environment: Environment, next: Continuation): Node {
    const target = where.rule.targets[i];
    if (!target) return next(environment);
    const then: Continuation = (leaving) => this.#targets(frame, where, i + 1, leaving, next);
    const done = this.#target(frame, where, target, environment, then);
    if (!readsConnection(target) || semanticsOf(frame.table, where.rule) !== 'nft') return done;
    return this.#conditions.diagrams.ite(this.#conditions.hasConnection(environment), done, next(environment));
  }

  #target(frame: Frame, where: RuleReference, target: Target, environment: Environment, then: Continuation): Node {
    if (setsMark(target)) return this.#effects.changes.mark(target, environment, then(environment));
    const rewritten = () => frame.rewritten({ ...environment, rewritten: true });
    switch (target.kind) {
      case 'accept':
        return this.#letGo(where, frame.accept(environment));
      case 'return':
        return this.#letGo(where, frame.fall(environment));
      case 'drop':
      case 'reject':
        return this.#leaves.verdict({ kind: target.kind }, where);
      case 'jump':
        return this.#call(frame, where, target.chain, environment, then);
      case 'goto':
        return this.#call(frame, where, target.chain, environment, frame.fall);
      case 'redirect':
        return this.#effects.redirect(target, where, environment, rewritten());
      case 'dnat':
        return this.#effects.dnat(target, where, rewritten());
      case 'snat':
      case 'masquerade':
        return frame.rewritten(environment);
      case 'tproxy': {
        const after = isNative(where) ? then : frame.accept;
        return this.#effects.tproxy(target, where, after(environment));
      }
      case 'ct':
        return this.#ct(target, where, environment, then);
      case 'unknown':
        return this.#undetermined(`the target "${target.raw}" of ${place(where)} is not known`, where);
      case 'continue':
        return then(environment);
    }
  }

  #call(frame: Frame, where: RuleReference, name: string, environment: Environment, fall: Continuation): Node {
    const chain = this.#hooks.chain(frame.table, name);
    if (!chain) {
      return this.#undetermined(`${place(where)} jumps to ${name}, which is not among the chains read`, where);
    }
    return this.#chain({ ...frame, chain, fall, depth: frame.depth + 1, suffixes: new Map() }, environment);
  }

  /** A CT target attaches a template to the packet, or marks it untracked. */
  #ct(
    target: Extract<Target, { kind: 'ct' }>,
    where: RuleReference,
    environment: Environment,
    then: Continuation,
  ): Node {
    if (!takesCt(target, environment.conntrack, semanticsOf(where.table, where.rule))) return then(environment);
    const node = then({ ...environment, conntrack: target.notrack ? 'untracked' : 'template' });
    return target.notrack || target.zone === undefined ? node : this.#leaves.withZone(node, target.zone);
  }

  /** The last rule that let the packet go is the one that decided. */
  #letGo(where: RuleReference, node: Node): Node {
    return decidesCapture(where.table) ? this.#leaves.letGoBy(node, where) : node;
  }

  #undetermined(because: string, where: RuleReference | null): Node {
    const verdict: VerdictKind = { kind: 'undetermined', because };
    return this.#leaves.verdict(verdict, where);
  }

  #id(value: object): number {
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    this.#ids.set(value, this.#ids.size);
    return this.#ids.size - 1;
  }
}

/** A chain that is being compiled: where it is, and what follows at its end and after ACCEPT. */
interface Frame {
  readonly table: Table;
  readonly chain: Chain;
  readonly fall: Continuation;
  readonly accept: Continuation;
  /** What follows once a nat rule has rewritten the packet. */
  readonly rewritten: Continuation;
  readonly depth: number;
  /** By environment, what the rules from a position (0-based) on do, as far up as that was asked for. */
  readonly suffixes: Map<string, { readonly from: number; readonly node: Node }>;
}

/** Targets that neither change what the rules below see nor come back to them. */
function leavesRulesBelow(target: Target): boolean {
  return decides(target) || goes(target, 'open') || (goes(target, 'on') && changes(target, 'nothing'));
}

/** Whether a rule, where it matches, ends the packet's way through the chain or does nothing. */
function onlyDecides(rule: Rule | undefined): boolean {
  return rule?.targets.every(leavesRulesBelow) ?? false;
}
