import type { TableFamily } from '../../../model/family.ts';
import { type Base, type Chain, type Hook, IPTABLES_TABLES, type Table } from '../../../model/ruleset.ts';
import type { Reporter } from '../reporter.ts';
import type { ListedBase, ListedChain, ListedTable } from '../syntax.ts';
import { buildRule } from './rule.ts';

const FAMILIES: Readonly<Record<string, TableFamily>> = { inet: 'inet', ip: 'ipv4', ip6: 'ipv6' };

const HOOKS: Readonly<Record<string, Hook>> = {
  prerouting: 'PREROUTING',
  input: 'INPUT',
  forward: 'FORWARD',
  output: 'OUTPUT',
  postrouting: 'POSTROUTING',
};

/** The table of the model; null for a family that does not see IP packets on the hooks we follow. */
export function buildTable(listed: ListedTable, report: Reporter): Table | null {
  const family = Object.hasOwn(FAMILIES, listed.family) ? FAMILIES[listed.family] : undefined;
  if (family === undefined) {
    noteForeign(listed, report);
    return null;
  }
  const translated = isTranslated(listed);
  if (translated) noteTranslated(listed, report);
  sayDormant(listed, report);
  const chains = listed.chains.map((chain) => buildChain(chain, listed, { family, translated, report }));
  const sets = [...listed.sets.values()].flatMap(({ declared }) => declared ?? []);
  const backend = translated ? 'iptables-nft' : 'nftables';
  return { backend, family, name: listed.name, ...(sets.length > 0 && { sets }), chains };
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
  readonly translated: boolean;
  readonly report: Reporter;
}

function buildChain(chain: ListedChain, table: ListedTable, { family, translated, report }: Surroundings): Chain {
  const base = chain.base && table.dormant !== 'yes' ? buildBase(chain.base, chain, report) : undefined;
  const scene = { family, sets: table.sets };
  const rules = chain.rules.map((rule, position) =>
    buildRule(rule, scene, { source: report.source, index: position + 1, translated }),
  );
  return { name: chain.name, ...(base && { base }), rules };
}

function buildBase(listed: ListedBase, chain: ListedChain, report: Reporter): Base | undefined {
  const hook = Object.hasOwn(HOOKS, listed.hook) ? HOOKS[listed.hook] : undefined;
  const { type, priority, policy } = listed;
  if (hook !== undefined && (type === 'filter' || type === 'nat' || type === 'route')) {
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
      (chain.base !== undefined && chain.name === HOOKS[chain.base.hook]) ||
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
