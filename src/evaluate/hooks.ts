import type { Family } from '../model/family.ts';
import {
  type Base,
  type Chain,
  CONNTRACK_PRIORITY,
  coversFamily,
  findChain,
  type Hook,
  type Rule,
  type RuleReference,
  type Ruleset,
  type Table,
} from '../model/ruleset.ts';

/** A base chain, in the order in which a hook runs it. */
export interface Attached {
  readonly table: Table;
  readonly chain: Chain;
  readonly base: Base;
}

const HOOKS: readonly Hook[] = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

/** One packet meets a rule as often as its chain is called: once or twice in layouts and in Kubernetes' chains. */
const VISITS_PER_RULE = 4;
const LEAST_VISITS = 20_000;

/** A ruleset prepared for evaluation: what each hook runs, in order. */
export class Hooks {
  readonly #attached: Readonly<Record<Family, ReadonlyMap<Hook, readonly Attached[]>>>;
  readonly #chains = new Map<Table, Map<string, Chain>>();
  /**
   * How many rules one packet may meet. Where each chain calls the next one twice, the ways double with every chain: no
   * kernel would get to the end either.
   */
  readonly mostVisits: number;

  constructor(ruleset: Ruleset) {
    const all = ruleset.tables.flatMap((table) => attachedChains(table));
    this.#attached = { ipv4: byHook(all, 'ipv4'), ipv6: byHook(all, 'ipv6') };
    for (const table of ruleset.tables) {
      this.#chains.set(table, new Map(table.chains.map((chain) => [chain.name, chain])));
    }
    const chains = ruleset.tables.flatMap((table) => table.chains);
    const rules = chains.reduce((sum, chain) => sum + chain.rules.length, 0);
    this.mostVisits = Math.max(LEAST_VISITS, VISITS_PER_RULE * rules);
  }

  /** The base chains of a hook, in the order in which packets of the family meet them. */
  at(hook: Hook, family: Family): readonly Attached[] {
    return this.#attached[family].get(hook) ?? [];
  }

  /** The chain a rule of the table jumps to. */
  chain(table: Table, name: string): Chain | undefined {
    const chains = this.#chains.get(table);
    return chains === undefined ? findChain(table, name) : chains.get(name);
  }
}

function byHook(all: readonly Attached[], family: Family): Map<Hook, Attached[]> {
  const here = all.filter(({ table }) => coversFamily(table, family));
  return new Map(
    HOOKS.map((hook) => [
      hook,
      inOrder(
        here.filter(({ base }) => base.hook === hook),
        hook,
      ),
    ]),
  );
}

function attachedChains(table: Table): Attached[] {
  return table.chains.flatMap((chain) => (chain.base ? [{ table, chain, base: chain.base }] : []));
}

/**
 * All nat chains of a hook run at one place, where nf_nat sits (-100 for destinations, 100 for sources);
 * among themselves they keep their own priority. Of equal priorities the one registered last runs first
 * (nf_hook_entries_grow puts it ahead of those that are there).
 */
function inOrder(chains: readonly Attached[], hook: Hook): Attached[] {
  const natPriority = hook === 'PREROUTING' || hook === 'OUTPUT' ? -100 : 100;
  const stage = ({ base }: Attached) => (base.type === 'nat' ? natPriority : base.priority);
  return [...chains].reverse().sort((a, b) => stage(a) - stage(b) || a.base.priority - b.base.priority);
}

/**
 * Whether letting a packet go in this table decides its capture: Istio captures between connection tracking and the
 * filter table (mangle and nat), where nothing else decides after a RETURN or ACCEPT.
 */
export function decidesCapture(table: Table): boolean {
  return table.chains.some(({ base }) => base && base.priority > CONNTRACK_PRIORITY && base.priority < 0);
}

/** A rule with its place. */
export function reference(table: Table, chain: Chain, rule: Rule): RuleReference {
  return { table, chain, rule };
}
