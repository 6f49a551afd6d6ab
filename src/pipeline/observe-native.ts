import { answerTo, type Capture } from '../collect/capture.ts';
import type { Family } from '../model/family.ts';
import type { Obstacle } from '../model/pod.ts';
import { IPTABLES_TABLES, type Table } from '../model/ruleset.ts';
import { OPENING } from './observe-nft-view.ts';
import { endingOf, firstLine } from './observe-seen.ts';

/** A table whose content one of the two tools misrepresents. */
export type Doubt = NativelyWritten & { readonly mixed: boolean };

/** Tables in which nft wrote; mixed: iptables-nft wrote into them too, so neither tool shows all of the table. */
export function nativeRules(capture: Capture, family: Family): Doubt[] {
  const listing = answerTo(capture, 'nft-ruleset');
  if (listing === null || endingOf(listing) !== 'succeeded') return [];
  const found = nativelyWritten(listing.stdout).filter((table) => table.family === family);
  return found.map((table) => ({ ...table, mixed: isManaged(table, listing.stderr) }));
}

/** The obstacle of a mixed table. */
export function misprinted({ name, family, rule, mixed }: Doubt): Obstacle[] {
  if (!mixed) return [];
  const table = `${family === 'ipv4' ? 'ip' : 'ip6'} ${name}`;
  const message =
    `the table ${table} of iptables-nft also holds rules that were written with nft, the first is ` +
    `${JSON.stringify(firstLine(rule))}; iptables-nft-save prints such rules wrongly, and nft shows the others in part`;
  const remedy = `Compare \`nft list table ${table}\` with iptables-nft-save, and move the rules written with nft into a table of their own`;
  return [{ code: 'NAT1003', message, remedy, concerns: 'rules' }];
}

/** Whether nft said of a table that iptables-nft manages it: it does when a rule has a match or target of xtables. */
export function isManaged(table: Pick<Table, 'family' | 'name'>, stderr: string): boolean {
  return stderr.includes(`table ${table.family === 'ipv4' ? 'ip' : 'ip6'} ${table.name} is managed by iptables-nft`);
}

/** A table of iptables that holds rules which iptables-nft did not write. */
interface NativelyWritten {
  readonly family: Family;
  readonly name: string;
  /** The first such rule, as nft prints it. */
  readonly rule: string;
}

/**
 * Tables with the names of iptables in which somebody wrote rules with nft. iptables-nft-save may print such a rule as
 * another one, without a warning (1.8.9 turns `tcp dport { 80, 90 } accept` into `-p tcp -j ACCEPT`), so it cannot be
 * believed for them. They are told by the counter that iptables-nft puts into every rule.
 */
function nativelyWritten(text: string): NativelyWritten[] {
  const found = new Map<string, NativelyWritten>();
  let table: string | undefined;
  let inChain = false;
  for (const line of text.split('\n')) {
    // Chains are set apart by empty lines; a table ends with its brace.
    if (/^\S/.test(line)) table = OPENING.exec(line)?.[1];
    if (/^\t\S/.test(line)) inChain = line.startsWith('\tchain ');
    else if (table !== undefined && inChain && isRuleWithoutCounter(line) && !found.has(table)) {
      const [family, name = ''] = table.split(' ');
      found.set(table, { family: family === 'ip' ? 'ipv4' : 'ipv6', name, rule: line.trim() });
    }
  }
  return [...found.values()].filter(({ name }) => Object.hasOwn(IPTABLES_TABLES, name));
}

function isRuleWithoutCounter(line: string): boolean {
  return /^\t\t(?!type |policy |comment |flags )\S/.test(line) && !/(^|\s)counter packets \d/.test(line);
}
