import type { Line, Origin } from './lines.ts';

/** The objects of `nft -j`, one a line, as jq and editors lay them out: that is how pieces of it are lost. */
export function jsonLines(origin: Origin, text: string): Line[] {
  const about = { holder: origin.holder, family: origin.family, table: '', chain: '', role: 'other' } as const;
  const objects = (JSON.parse(text) as { nftables: readonly object[] }).nftables;
  const lines = objects.map((one, at): Line => {
    const comma = at + 1 < objects.length ? ',' : '';
    return { ...about, ...aboutObject(one, origin), text: `${JSON.stringify(one)}${comma}` };
  });
  return [{ ...about, text: '{"nftables": [' }, ...lines, { ...about, text: ']}' }];
}

interface Item {
  readonly family: string;
  readonly name?: string;
  readonly table?: string;
  readonly chain?: string;
}

const FAMILY: Readonly<Record<string, string>> = { ip: 'ipv4', ip6: 'ipv6', inet: 'inet' };

function aboutObject(object: object, { holder }: Origin): Partial<Line> {
  const [[kind, item] = ['', { family: '' }]] = Object.entries(object) as [string, Item][];
  if (kind !== 'table' && kind !== 'chain' && kind !== 'rule') return {};
  const table = (kind === 'table' ? item.name : item.table) ?? '';
  return {
    role: kind,
    table,
    family: FAMILY[item.family] ?? item.family,
    chain: (kind === 'chain' ? item.name : item.chain) ?? '',
    holder: item.family === 'inet' ? 'native' : holder === 'native' ? 'iptables-nft' : holder,
  };
}
