import type { Dice } from '../symbolic/dice.ts';
import { type Line, type Listing, linesOf, type Origin } from './lines.ts';
import type { Listings } from './listed.ts';
import type { Holder } from './pods.ts';

/** What somebody saved of a pod, before anything is lost: one or more files. */
export interface Shown {
  readonly form: string;
  readonly listing: Listing;
  readonly files: readonly (readonly Line[])[];
}

/** What a command shows. */
interface Command extends Origin {
  readonly listing: Listing;
  readonly form: string;
}

/** What a command line shows, by its words. */
export function commandOf(line: string): Command {
  const words = line.split(' ');
  const [tool = '', ...rest] = words;
  if (tool === 'nft') return nftCommand(rest);
  const holder: Holder = tool.includes('legacy') ? 'iptables-legacy' : 'iptables-nft';
  const family = tool.startsWith('ip6') ? 'ipv6' : 'ipv4';
  if (tool.endsWith('-save')) {
    return { holder, family, table: '', listing: 'save', form: rest[0] === '-c' ? 'save -c' : 'save' };
  }
  const [, table = '', ...list] = rest;
  const lists = list.filter((word) => word.startsWith('-'));
  const one = list.some((word) => !word.startsWith('-')) ? ' CHAIN' : '';
  return { holder, family, table, listing: lists.includes('-S') ? 'S' : 'L', form: `${lists.join(' ')}${one}` };
}

function nftCommand(words: readonly string[]): Command {
  const flag = words[0]?.startsWith('-') ? `${words[0]} ` : '';
  const [, kind = '', family = '', table = ''] = flag === '' ? words : words.slice(1);
  const origin = { holder: 'native', family: FAMILY[family] ?? '', table: '' } as const;
  const listing = flag === '-j ' ? 'json' : 'nft';
  return { ...origin, table: kind === 'ruleset' ? '' : table, listing, form: `nft ${flag}${kind}` };
}

const FAMILY: Readonly<Record<string, string>> = { ip: 'ipv4', ip6: 'ipv6', inet: 'inet' };

/** One of the ways to show a pod: a command, all tables one after the other, or both families. */
export function anyForm(listings: Listings, dice: Dice): Shown {
  const commands = [...listings.keys()].filter((line) => (listings.get(line) ?? '').trim() !== '');
  const forms = [...new Set(commands.map((line) => commandOf(line).form))];
  const form = dice.pick(forms);
  const first = dice.pick(commands.filter((line) => commandOf(line).form === form));
  const { listing, holder, family } = commandOf(first);
  const shown = (line: string) => linesOf(listing, commandOf(line), listings.get(line) ?? '');
  if (form === 'save' || form === 'save -c') {
    const pair = commands.filter((line) => commandOf(line).form === form && commandOf(line).holder === holder);
    return { form, listing, files: dice.oneIn(2) ? [shown(first)] : pair.map(shown) };
  }
  const together = !form.includes('CHAIN') && (listing === 'S' || listing === 'L') && dice.oneIn(3);
  if (!together) return { form, listing, files: [shown(first)] };
  const all = commands.filter((line) => {
    const other = commandOf(line);
    return other.form === form && other.family === family && other.holder === holder;
  });
  return { form: `${form}, all tables`, listing, files: [all.flatMap(shown)] };
}
