import { isAboutIstio, isIstioChain } from '../../istio/chains.ts';
import { remembered } from '../../model/remembered.ts';
import { type RuleReference, type Ruleset, rulesOf } from '../../model/ruleset.ts';
import { isGuardrail } from './guardrails.ts';

/**
 * Which program wrote a rule of others, as a text that all of that program's rules share; null for rules that are not a
 * program's of their own. Rules do not say who wrote them: those that lead to each other, whose chains are named alike,
 * that name one interface or carry one comment are taken for one program's, and so are those without a chain of their
 * own that send packets to the same kind of place.
 */
export function programOf(where: RuleReference, live: Ruleset): string | null {
  if (isIstioChain(where.table, where.chain) || isAboutIstio(where) || isGuardrail(where)) return null;
  const [first] = signsOf(where);
  return first === undefined ? null : programsIn(live)(first);
}

/** The program whose rules name an interface, as `programOf` has it. */
export function programAt(name: string, live: Ruleset): string {
  return programsIn(live)(`interface ${name}`);
}

/** The signs that stand for each other, because some rule has both. */
const programsIn = remembered((live: Ruleset): ((sign: string) => string) => {
  const leaders = new Map<string, string>();
  const leader = (sign: string): string => {
    let last = sign;
    for (let next = leaders.get(last); next !== undefined; next = leaders.get(last)) last = next;
    return last;
  };
  for (const where of rulesOf(live)) {
    if (isAboutIstio(where)) continue;
    const [first, ...others] = signsOf(where).map(leader);
    for (const other of others) if (first !== undefined && leader(other) !== first) leaders.set(leader(other), first);
  }
  return leader;
});

/** What a rule has that only rules of the same program have; the kind of target where it has nothing else. */
function signsOf({ table, chain, rule }: RuleReference): string[] {
  const called = rule.targets.flatMap((target) => ('chain' in target ? [target.chain] : []));
  const own = chain.base === undefined ? [chain.name] : [];
  const named = rule.matches.flatMap((match): string[] => {
    if (match.kind === 'comment') return [`comment ${word(match.text)}`];
    const isInterface = match.kind === 'in-interface' || match.kind === 'out-interface';
    return isInterface && !USUAL.test(match.name) ? [`interface ${match.name}`] : [];
  });
  const signs = [...[...own, ...called].flatMap((name) => [`chain ${name}`, `chains ${word(name)}`]), ...named];
  if (table.backend === 'nftables') return [`table ${table.family} ${table.name}`, ...signs];
  return signs.length > 0 ? signs : [`target ${kindOf({ table, chain, rule })}`];
}

/** Interfaces that every pod may have. */
const USUAL = /^(lo|\+|(eth|ens|enp)[0-9+].*)$/;

/** What names of one program begin with: `DOCKER` of DOCKER-USER, `f2b` of f2b-sshd. */
function word(text: string): string {
  return /^[^-_:. ]+/.exec(text)?.[0] ?? text;
}

function kindOf({ rule }: RuleReference): string {
  const kinds = rule.targets.map(({ kind }) => kind);
  if (kinds.includes('drop') || kinds.includes('reject')) return 'drop';
  if (kinds.includes('accept') || kinds.includes('return')) return 'let go';
  return kinds.includes('redirect') || kinds.includes('dnat') || kinds.includes('tproxy') ? 'divert' : kinds.join();
}
