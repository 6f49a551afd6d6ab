import type { Match } from '../../../model/match.ts';
import type { Counters, Rule } from '../../../model/ruleset.ts';
import type { Target } from '../../../model/target.ts';
import { sameData } from '../equality.ts';
import { renderRule } from '../render.ts';
import type { ListedRule, Statement } from '../syntax.ts';
import { requireFamily } from './address.ts';
import type { Scene } from './condition.ts';
import { isReference } from './intervals.ts';
import { buildMatch, opaque } from './match.ts';
import { buildTargets, unknown } from './target.ts';
import { joinTproxy } from './translated-tproxy.ts';

/** Where a rule goes. */
export interface Place {
  readonly source: string;
  readonly index: number;
  /** The table is iptables-nft's own: nft shows what libxtables translates, and nothing of the rest. */
  readonly translated: boolean;
  /** The rule does what nft's expressions do, in a table of iptables-nft. */
  readonly native: boolean;
}

/**
 * A rule of the model. nft mixes tests and actions freely; the model has all tests in front. A test after an action
 * that changes the packet cannot move there, so from it on the rule is kept as one unknown target: the actions before
 * it are known to happen, and what follows is marked as unknown. Logging and counting change nothing, so tests may
 * pass them.
 */
export function buildRule(listed: ListedRule, scene: Omit<Scene, 'before'>, place: Place): Rule {
  const draft = readRule(listed, scene);
  if (place.translated) noteHidden(draft, listed);
  const written = listed.statements.some(namesSet) ? readRule(listed, { ...scene, sets: NO_SETS }).matches : null;
  return {
    index: place.index,
    matches: draft.matches,
    ...(written !== null && !sameData(written, draft.matches) && { written }),
    targets: draft.targets,
    ...((place.native || (place.translated && namesSocket(listed))) && { native: true as const }),
    ...(draft.counters && { counters: draft.counters }),
    ...(listed.handle !== undefined && { handle: listed.handle }),
    origin: { source: place.source, line: listed.line },
    text: listed.text ?? renderRule(listed.statements),
  };
}

/** In text libxtables writes `skuid` for its owner match, and nft `meta skuid` for its own. */
function namesSocket({ text }: ListedRule): boolean {
  return text !== null && /(?:^| )meta sk[ug]id /.test(text);
}

const NO_SETS: Scene['sets'] = new Map();

function namesSet(statement: Statement): boolean {
  return statement.kind === 'match' && statement.right.kind === 'value' && isReference(statement.right);
}

function readRule(listed: ListedRule, scene: Omit<Scene, 'before'>): RuleDraft {
  const draft = new RuleDraft(scene);
  const statements = scene.demandsProtocol ? joinTproxy(listed.statements) : listed.statements;
  for (const [position, statement] of statements.entries()) {
    if (!draft.add(statement)) {
      draft.targets.push(unknown(...statements.slice(position).filter(({ kind }) => kind !== 'counter')));
      break;
    }
  }
  return draft;
}

/**
 * nft prints nothing at all for some parts of a rule of iptables-nft (seen with 1.0.6: REDIRECT and TPROXY of IPv6,
 * `-m tcp` without options). Two blanks, or no target, are the only trace.
 */
function noteHidden(draft: RuleDraft, listed: ListedRule): void {
  if (listed.gap) draft.matches.push({ kind: 'unknown', raw: '(a match that nft does not print)' });
  if (listed.text !== null && draft.targets.length === 0) {
    draft.targets.push({ kind: 'unknown', raw: '(a target that nft may not have printed)' });
  }
}

class RuleDraft {
  readonly matches: Match[] = [];
  readonly targets: Target[] = [];
  counters: Counters | undefined;
  readonly #scene: Omit<Scene, 'before'>;

  constructor(scene: Omit<Scene, 'before'>) {
    this.#scene = scene;
  }

  /** Adds a statement; false when the model's form cannot hold it and all that follows. */
  add(statement: Statement): boolean {
    switch (statement.kind) {
      case 'match':
        return this.#test(buildMatch(statement, this.#scenery()));
      case 'test':
        return this.#test([opaque([statement.module, ...statement.args].join(' '))]);
      case 'comment':
        this.matches.push({ kind: 'comment', text: statement.text });
        return true;
      case 'counter':
        this.counters ??= statement.counters ?? undefined;
        return true;
      case 'unknown':
        if (statement.subject === 'match') return this.#test([{ kind: 'unknown', raw: statement.raw }]);
        break;
      default:
        break;
    }
    if (!this.#test(this.#demanded(statement))) return false;
    this.targets.push(...buildTargets(statement, this.#scenery()));
    return true;
  }

  #test(matches: readonly Match[]): boolean {
    if (matches.length > 0 && this.targets.some((target) => target.kind !== 'continue')) return false;
    // Not spread: a set may have more elements than the engine takes arguments.
    for (const match of matches) this.matches.push(match);
    return true;
  }

  /** A target of one family does nothing to packets of the other (nft_nat, nft_reject), and the rule ends for them. */
  #demanded(statement: Statement): Match[] {
    const family = targetFamily(statement);
    return family === null ? [] : requireFamily(family, this.#scenery());
  }

  #scenery(): Scene {
    return { ...this.#scene, before: this.matches };
  }
}

function targetFamily(statement: Statement): 'ipv4' | 'ipv6' | null {
  if (statement.kind === 'reject') {
    const type = statement.reason?.split(' ')[0];
    return type === 'icmp' ? 'ipv4' : type === 'icmpv6' ? 'ipv6' : null;
  }
  if (statement.kind !== 'nat' && statement.kind !== 'tproxy') return null;
  return statement.family === null ? null : statement.family === 'ip6' ? 'ipv6' : 'ipv4';
}
