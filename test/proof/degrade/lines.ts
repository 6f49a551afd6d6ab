import { IPTABLES_TABLES } from '../../../src/model/ruleset.ts';
import { jsonLines } from './json-lines.ts';
import type { Holder } from './pods.ts';

/** How a tool lists rules. */
export type Listing = 'save' | 'S' | 'L' | 'nft' | 'json';

/** What a line of a listing is. */
export type Role = 'table' | 'chain' | 'columns' | 'rule' | 'end' | 'other';

/** One line of what a tool printed, and what it is about; `table` is empty where it is about none. */
export interface Line {
  readonly text: string;
  readonly holder: Holder;
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly role: Role;
}

/** Where a listing comes from. */
export interface Origin {
  readonly holder: Holder;
  readonly family: string;
  readonly table: string;
}

/** The lines of a listing, each with what it is about. */
export function linesOf(listing: Listing, origin: Origin, text: string): Line[] {
  if (listing === 'json') return jsonLines(origin, text);
  let table = origin.table;
  let family = origin.family;
  let chain = '';
  const lines = text.split('\n').slice(0, text.endsWith('\n') ? -1 : undefined);
  return lines.map((line) => {
    const role = roleOf(listing, line);
    if (role === 'table') {
      const named = /^table (\w+) (\S+)/.exec(line);
      table = named?.[2] ?? line.slice(1);
      family = named === null ? family : (FAMILY[named[1] ?? ''] ?? family);
      chain = '';
    }
    if (role === 'chain' || (role === 'rule' && listing !== 'L' && listing !== 'nft')) chain = chainOf(line);
    const about = role === 'other' ? { table: '', chain: '' } : { table, chain };
    return { text: line, holder: holderOf(origin, table), family, ...about, role };
  });
}

const FAMILY: Readonly<Record<string, string>> = { ip: 'ipv4', ip6: 'ipv6', inet: 'inet' };

/** nft lists the tables of iptables-nft beside others. */
function holderOf({ holder, table: own }: Origin, table: string): Holder {
  if (holder !== 'native' && own !== '') return holder;
  if (holder === 'iptables-legacy') return holder;
  return table in IPTABLES_TABLES ? 'iptables-nft' : holder === 'native' ? 'native' : holder;
}

const ROLES: Readonly<Record<Exclude<Listing, 'json'>, readonly (readonly [Role, RegExp])[]>> = {
  save: [
    ['table', /^\*/],
    ['chain', /^:/],
    ['rule', /^(\[\d+:\d+\] )?-A /],
    ['end', /^COMMIT$/],
  ],
  S: [
    ['chain', /^-[PN] /],
    ['rule', /^-A /],
  ],
  L: [
    ['chain', /^Chain /],
    ['columns', /^(num +)?( ?pkts bytes +)?target +prot/],
    ['rule', /\S/],
  ],
  nft: [
    ['table', /^table /],
    ['chain', /^\tchain /],
    ['columns', /^\t\ttype /],
    ['end', /^\t?\}/],
    // Sets stand in front of the chains, and so in none.
    ['rule', /^\t\t|^\tset /],
  ],
};

function roleOf(listing: Exclude<Listing, 'json'>, line: string): Role {
  return ROLES[listing].find(([, pattern]) => pattern.test(line))?.[0] ?? 'other';
}

function chainOf(line: string): string {
  const words = line
    .replace(/^\[\d+:\d+\] /, '')
    .replace(/^:/, ': ')
    .trim()
    .split(/\s+/);
  return words[1] ?? '';
}
