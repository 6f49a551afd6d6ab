import { FAMILIES, type Family } from '../../src/model/family.ts';
import { IPTABLES_TABLES } from '../../src/model/ruleset.ts';
import type { AgentProcess } from './agent-process.ts';
import { outputOf } from './commands.ts';
import { PROBE_TABLE } from './probe.ts';

/** The two implementations of iptables. */
export type Variant = 'legacy' | 'nft';

/** Both variants, for tests that do the same with each. */
export const VARIANTS: readonly Variant[] = ['legacy', 'nft'];

const PREFIX: Readonly<Record<Family, string>> = { ipv4: 'iptables', ipv6: 'ip6tables' };
const REGISTERED: Readonly<Record<Family, string>> = {
  ipv4: '/proc/net/ip_tables_names',
  ipv6: '/proc/net/ip6_tables_names',
};

/** Loads the text of an `iptables-save`: each table in it is replaced, the others stay. */
export async function restore(namespace: string, variant: Variant, family: Family, text: string): Promise<void> {
  const wait = variant === 'legacy' ? ['-w', '10'] : [];
  await outputOf(
    namespace,
    [`${PREFIX[family]}-${variant}-restore`, ...wait],
    text.endsWith('\n') ? text : `${text}\n`,
  );
}

/** What `iptables-save` prints of a variant and family. Without `-t`, so that no legacy table comes into being. */
export function readBack(namespace: string, variant: Variant, family: Family): Promise<string> {
  return outputOf(namespace, [`${PREFIX[family]}-${variant}-save`]);
}

/** Empties every legacy table there is and deletes every nftables table but the probe. Registered legacy tables stay. */
export async function flush(namespace: string, agent: AgentProcess): Promise<void> {
  for (const family of FAMILIES) {
    const names = (await agent.request<string>('read', { path: REGISTERED[family] })).split('\n').filter(Boolean);
    if (names.length > 0) await restore(namespace, 'legacy', family, names.map(emptyTable).join(''));
  }
  const tables = (await outputOf(namespace, ['nft', 'list', 'tables'])).split('\n').filter(Boolean);
  const foreign = tables.filter((table) => table !== `table inet ${PROBE_TABLE}`);
  if (foreign.length > 0)
    await outputOf(namespace, ['nft', '-f', '-'], foreign.map((table) => `delete ${table}\n`).join(''));
}

function emptyTable(name: string): string {
  const chains = Object.keys(IPTABLES_TABLES[name] ?? {}).map((hook) => `:${hook} ACCEPT [0:0]\n`);
  return `*${name}\n${chains.join('')}COMMIT\n`;
}

/** The ports that rules hand packets to by TPROXY; it drops what no transparent socket waits for. */
export function tproxyPorts(text: string): number[] {
  const ports = text.matchAll(/--on-port[ =]([0-9]{1,5})|\btproxy [^;\n]{0,80}?:([0-9]{1,5})\b/g);
  return [...new Set([...ports].map((match) => Number(match[1] ?? match[2])))];
}

/** The conntrack zones that rules can put a connection in. */
export function conntrackZones(text: string): number[] {
  const zones = text.matchAll(
    /--zone(?:-orig|-reply)?[ =]([0-9]{1,5})|\bct (?:original |reply )?zone set ([0-9]{1,5})\b/g,
  );
  return [...new Set([...zones].map((match) => Number(match[1] ?? match[2])))];
}
