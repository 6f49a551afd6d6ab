import type { TableFamily } from '../../../model/family.ts';
import { type Base, type Chain, IPTABLES_TABLES, type Rule, type Table } from '../../../model/ruleset.ts';
import type { Reporter } from '../reporter.ts';
import type { ListedBase, ListedChain, ListedSet, ListedTable, Statement } from '../syntax.ts';
import { isBesideConntrack } from './elsewhere.ts';
import { hookOf, tableFamilyOf } from './hooks.ts';
import { buildRule } from './rule.ts';

/** The table of the model; null for a family that does not see IP packets on the hooks we follow. */
export function buildTable(listed: ListedTable, report: Reporter): Table | null {
  const family = tableFamilyOf(listed.family);
  if (family === null) {
    noteForeign(listed, report);
    return null;
  }
  const translated = isTranslated(listed);
  if (translated) noteTranslated(listed, report);
  sayDormant(listed, report);
  const sets = currentSets(listed);
  const chains = listed.chains.map((chain) => buildChain(chain, listed, { family, sets, translated, report }));
  const declared = [...sets.values()].flatMap((set) => set.declared ?? []);
  const backend = translated ? 'iptables-nft' : 'nftables';
  const dormant = listed.dormant === 'yes' && { dormant: true as const };
  return { backend, family, name: listed.name, ...dormant, ...(declared.length > 0 && { sets: declared }), chains };
}

/** The named sets; of one that rules add to or delete from, nobody knows what is in it when the next packet comes. */
function currentSets({ chains, sets }: ListedTable): ReadonlyMap<string, ListedSet> {
  const changing = new Set(
    chains.flatMap(({ rules }) => rules.flatMap(({ statements }) => statements.flatMap(changedSet))),
  );
  if (changing.size === 0) return sets;
  return new Map(
    [...sets].map(([name, set]) => {
      if (!changing.has(`@${name}`)) return [name, set];
      return [name, { declared: set.declared && { ...set.declared, elements: null }, elements: null }];
    }),
  );
}

function changedSet(statement: Statement): string[] {
  if (statement.kind === 'unknown') return statement.raw.match(/@[\w/.-]+/g) ?? [];
  return statement.kind === 'test' ? statement.args.slice(0, 1) : [];
}

function sayDormant(listed: ListedTable, report: Reporter): void {
  const position = { line: listed.line, column: 1 };
  const name = `table ${listed.family} ${listed.name}`;
  if (listed.dormant === 'yes') report.note(position, `${name} is dormant: its chains are attached to nothing`, name);
  if (listed.dormant === 'unclear') {
    const message = `${name} has a flag that this nft does not name in JSON; if it is dormant, its rules do nothing`;
    report.error(position, `${message}: expected the text form ('nft list ruleset')`, name);
  }
}

interface Surroundings {
  readonly family: TableFamily;
  readonly sets: ReadonlyMap<string, ListedSet>;
  readonly translated: boolean;
  readonly report: Reporter;
}

function buildChain(chain: ListedChain, table: ListedTable, surroundings: Surroundings): Chain {
  const { family, sets, translated, report } = surroundings;
  const base = chain.base && table.dormant !== 'yes' ? buildBase(chain.base, chain, report) : undefined;
  const scene = { family, sets, demandsProtocol: translated && table.form === 'text' };
  const place = { source: report.source, translated, native: translated && table.form === 'json' };
  const rules = chain.rules.map((rule, position) => buildRule(rule, scene, { ...place, index: position + 1 }));
  const asked = base && isBesideConntrack(table, chain) ? [besideConntrack(chain, report)] : rules;
  return { name: chain.name, ...(base && { base }), rules: asked };
}

/** In place of rules that packets may meet before or after connection tracking: what they do then is not known. */
function besideConntrack({ name, line }: ListedChain, { source }: Reporter): Rule {
  const raw = `whether the rules of ${name} run before packets are tracked, at priority -200`;
  const unknown = { kind: 'unknown', raw } as const;
  return { index: 1, matches: [unknown], targets: [unknown], origin: { source, line }, text: `(${raw})` };
}

function buildBase(listed: ListedBase, chain: ListedChain, report: Reporter): Base | undefined {
  const hook = hookOf(listed.hook);
  const { type, priority, policy } = listed;
  if (hook !== null && (type === 'filter' || type === 'nat' || type === 'route')) {
    return { type, hook, priority, policy };
  }
  const what = `type ${type} hook ${listed.hook}`;
  const message = `chain ${chain.name} (${what}) is on a hook that is not followed here; it can drop packets there`;
  report.note({ line: chain.line, column: 1 }, message, what);
  return undefined;
}

/**
 * Whether iptables-nft made the table: one of iptables' tables with a built-in chain under iptables' own name, or with
 * rules that only it can write.
 */
function isTranslated(listed: ListedTable): boolean {
  if (listed.family === 'inet' || !Object.hasOwn(IPTABLES_TABLES, listed.name)) return false;
  return listed.chains.some(
    (chain) =>
      (chain.base !== undefined && chain.name === hookOf(chain.base.hook)) ||
      chain.rules.some((rule) => rule.statements.some((part) => part.kind === 'unknown' && part.raw.startsWith('xt '))),
  );
}

function noteTranslated(listed: ListedTable, report: Reporter): void {
  const tool = listed.family === 'ip6' ? 'ip6tables-nft-save' : 'iptables-nft-save';
  const name = `table ${listed.family} ${listed.name}`;
  note(listed, report, `${name} was written by iptables-nft; nft does not show all of it, ${tool} does`);
}

function noteForeign(listed: ListedTable, report: Reporter): void {
  const dropping = listed.chains.filter((chain) => chain.base !== undefined).map((chain) => chain.name);
  const effect =
    dropping.length === 0 ? '' : `; chains on its hooks (${dropping.slice(0, 5).join(', ')}) can drop packets`;
  note(listed, report, `table ${listed.family} ${listed.name} is left out: it sees no packet on the IP hooks${effect}`);
}

function note(listed: ListedTable, report: Reporter, message: string): void {
  report.note({ line: listed.line, column: 1 }, message, `table ${listed.family} ${listed.name}`);
}
