import type { Family } from '../../model/family.ts';
import {
  type Backend,
  type Base,
  type Chain,
  type Hook,
  IPTABLES_TABLES,
  type Rule,
  type Table,
} from '../../model/ruleset.ts';
import type { Lack } from '../../model/shown.ts';
import type { Target } from '../../model/target.ts';
import { type DraftChain, type DraftTable, type Form, jumpsOf } from './draft-table.ts';
import { HOOKS, identifyTable } from './identify.ts';
import { lacksOf } from './lacks.ts';
import type { Reader } from './reader.ts';

/** A table together with how it was shown. */
export interface FinishedTable {
  readonly table: Table;
  readonly draft: DraftTable;
  readonly form: Form;
  /** Why rules of it may not have been shown. */
  readonly lacks: readonly Lack[];
  /** Nothing in its text, and nobody, says which family it is of: it is taken for IPv4's. */
  readonly isFamilyAssumed: boolean;
}

/** Settles what only the whole text shows: families, names of tables, hooks of chains, jumps to missing chains. */
export function finishTables(reader: Reader): readonly FinishedTable[] {
  const families = new Map<number, Family>();
  for (const draft of reader.tables) {
    if (draft.family !== null && !families.has(draft.group)) families.set(draft.group, draft.family);
  }
  const [first] = reader.tables;
  return reader.tables
    .filter((draft) => draft.chains.size > 0 || draft.form === 'save')
    .map((draft) => {
      const family = draft.family ?? families.get(draft.group);
      const backend = draft.backend ?? (draft === first ? backendOfAll(reader) : null) ?? 'iptables';
      return finishTable(reader, draft, { family: family ?? 'ipv4', backend, isFamilyAssumed: family === undefined });
    });
}

/** The line that says who printed a save stands above it, and may be cut off above the first: then it is that of the others. */
function backendOfAll({ tables }: Reader): Backend | null {
  const others = tables.slice(1).filter(({ form, restoreInput }) => form === 'save' && !restoreInput);
  const [backend, ...more] = new Set(others.map((draft) => draft.backend));
  return more.length === 0 ? (backend ?? null) : null;
}

function finishTable(
  reader: Reader,
  draft: DraftTable,
  known: Pick<Table, 'backend'> & Pick<FinishedTable, 'isFamilyAssumed'> & { readonly family: Family },
): FinishedTable {
  const { family, backend, isFamilyAssumed } = known;
  const name = nameOf(reader, draft);
  const chains = [...draft.chains.values()].map((chain) => finishChain(reader, draft, chain, { name, family }));
  reportMissing(reader, draft);
  const table: Table = { backend, family, name, chains };
  return { table, draft, form: draft.form, lacks: lacksOf(draft, name), isFamilyAssumed };
}

function nameOf(reader: Reader, draft: DraftTable): string {
  if (draft.name !== null) return draft.name;
  const builtIn = HOOKS.filter((hook) => draft.chains.get(hook)?.declared === true);
  const used = builtIn.length > 0 ? builtIn : HOOKS.filter((hook) => draft.chains.has(hook));
  const identity = identifyTable(used, [...allTargets(draft)], draft.chains.keys(), builtIn.length > 0);
  if (identity.assumed !== null) reader.diagnostics.add('note', identity.assumed, draft.line);
  return identity.name;
}

function* allTargets(draft: DraftTable): Iterable<Target> {
  for (const chain of draft.chains.values()) for (const rule of chain.rules) yield* rule.targets;
}

function finishChain(
  reader: Reader,
  draft: DraftTable,
  chain: DraftChain,
  place: { name: string; family: Family },
): Chain {
  if (!chain.declared) reportUndeclared(reader, draft, chain);
  const base = baseOf(place.name, chain);
  const placed = chain.inserted ? chain.rules.map(inPlace) : chain.rules;
  const rules = place.family === 'ipv6' ? placed.map(inIpv6) : placed;
  return { name: chain.name, ...(base === null ? {} : { base }), rules };
}

/** The hook of a built-in chain; a policy that is not shown is taken for ACCEPT, which `reportUndeclared` reports. */
function baseOf(table: string, chain: DraftChain): Base | null {
  const hooks = Object.hasOwn(IPTABLES_TABLES, table) ? IPTABLES_TABLES[table] : undefined;
  if (hooks === undefined || !isHook(chain.name)) return null;
  const place = hooks[chain.name];
  return place === undefined ? null : { ...place, hook: chain.name, policy: chain.policy ?? 'accept' };
}

function isHook(name: string): name is Hook {
  return HOOKS.includes(name);
}

function reportUndeclared(reader: Reader, draft: DraftTable, chain: DraftChain): void {
  const builtIn = isHook(chain.name);
  if (draft.form === 'save' && !draft.restoreInput) {
    const message = `the chain ${chain.name} has rules but is not declared: a line was lost`;
    reader.diagnostics.addStructural(message, chain.line);
  } else if (builtIn && !draft.restoreInput) {
    reader.diagnostics.add('note', `the policy of ${chain.name} is not shown; ACCEPT is assumed`, chain.line);
  } else if (!builtIn) {
    reader.diagnostics.add('note', `the chain ${chain.name} is not declared; its rules say that it exists`, chain.line);
  }
}

/** The rule at its place, which others that were put in front have moved. */
function inPlace(rule: Rule, at: number): Rule {
  return rule.index === at + 1 ? rule : { ...rule, index: at + 1 };
}

/** `TPROXY` without an address was read before the family was known. */
function inIpv6(rule: Rule): Rule {
  const [target] = rule.targets;
  if (target?.kind !== 'tproxy' || target.family === 'ipv6') return rule;
  return { ...rule, targets: [{ ...target, family: 'ipv6' }] };
}

/** Jumps to chains that are not there: a target that we do not know, or the line that declared a chain was lost. */
function reportMissing(reader: Reader, draft: DraftTable): void {
  for (const [chain, { first }] of jumpsOf(draft)) {
    if (draft.chains.has(chain)) continue;
    reader.diagnostics.addOfRule(`the table has no chain ${chain}, and no target of that name is known`, first);
  }
}
