import type { Dice } from '../../../proof/symbolic/dice.ts';
import type { Names } from '../case.ts';
import type { Spot } from './matches.ts';
import { objectsIn, ruleText } from './rules.ts';

/** A rule that is there before the edits. */
export interface Handle {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly handle: number;
}

/** One thing that somebody does: commands of nft that belong together, or are refused together. */
export type Edit = readonly string[];

const TABLES = ['nat', 'nat', 'nat', 'mangle', 'filter', 'raw'] as const;
const HOOKS = ['prerouting', 'prerouting', 'output', 'output', 'output', 'input', 'postrouting'] as const;
const PRIORITIES = [-400, -300, -200, -160, -150, -149, -101, -100, -99, -10, 0, 5, 100, 150, 300] as const;

/** The rules that nft lists, with their handles. */
export function handlesIn(json: string): Handle[] {
  const { nftables } = JSON.parse(json) as { readonly nftables: readonly { readonly rule?: Handle }[] };
  return nftables.flatMap(({ rule }) => (rule ? [rule] : []));
}

/** One to four edits of the tables of iptables of a family. */
export function randomEdits(dice: Dice, names: Names, handles: readonly Handle[]): Edit[] {
  const own = handles.filter(({ family }) => family === names.ip);
  return Array.from({ length: 1 + dice.below(4) }, (_, n) => randomEdit(dice, names, own, n));
}

function randomEdit(dice: Dice, names: Names, handles: readonly Handle[], n: number): Edit {
  const kinds = [baseChain, baseChain, dormant, island];
  const inPlace = [inserted, inserted, inserted, inserted, deleted, detour];
  return dice.pick(handles.length > 0 ? [...kinds, ...inPlace] : kinds)(dice, names, handles, n);
}

type Maker = (dice: Dice, names: Names, handles: readonly Handle[], n: number) => Edit;

const baseChain: Maker = (dice, names, _, n) => {
  const table = dice.pick(TABLES);
  const hook = dice.pick(HOOKS);
  const type = table === 'nat' && !dice.oneIn(4) ? 'nat' : hook === 'output' && dice.oneIn(3) ? 'route' : 'filter';
  const chain = dice.oneIn(4) ? dice.pick(['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING']) : `base${n}`;
  const where = `${names.ip} ${table}`;
  const policy = type !== 'nat' && dice.oneIn(4) ? 'drop' : 'accept';
  const spot = spotOf(type === 'nat' ? 'nat' : table, hook);
  return [
    `add table ${where}`,
    ...objectsIn(where, names),
    `add chain ${where} ${chain} { type ${type} hook ${hook} priority ${dice.pick(PRIORITIES)}; policy ${policy}; }`,
    ...Array.from({ length: dice.below(3) }, () => `add rule ${where} ${chain} ${ruleText(dice, spot, names)}`),
    ...aside(dice, where, spot, names),
  ];
};

function spotOf(table: string, hook: string): Spot {
  return { table, hook: hook === 'prerouting' || hook === 'output' ? hook : 'other' };
}

function aside(dice: Dice, where: string, spot: Spot, names: Names): string[] {
  const rules = Array.from({ length: dice.below(3) }, () => ruleText(dice, spot, names));
  return rules.filter((rule) => !rule.includes('aside')).map((rule) => `add rule ${where} aside ${rule}`);
}

const dormant: Maker = (dice, { ip }) => {
  const table = dice.pick(TABLES);
  return [`add table ${ip} ${table} { flags dormant; }`, ...(dice.oneIn(4) ? [`add table ${ip} ${table}`] : [])];
};

/** A chain that nothing leads to. */
const island: Maker = (dice, names, _, n) => {
  const where = `${names.ip} ${dice.pick(TABLES)}`;
  return [
    `add table ${where}`,
    ...objectsIn(where, names),
    `add chain ${where} island${n}`,
    `add rule ${where} island${n} ${ruleText(dice, spotOf('nat', 'output'), names)}`,
  ];
};

/** A rule ahead of another, behind it or in its place. */
const inserted: Maker = (dice, names, handles) => {
  const { table, chain, handle } = dice.pick(handles);
  const where = `${names.ip} ${table}`;
  const spot = spotOf(table, hookOf(chain));
  const rule = ruleText(dice, spot, names);
  const verb = dice.pick([`insert rule ${where} ${chain}`, `add rule ${where} ${chain}`]);
  const place = dice.pick(['', `position ${handle} `]);
  return [
    ...objectsIn(where, names),
    dice.oneIn(6) ? `replace rule ${where} ${chain} handle ${handle} ${rule}` : `${verb} ${place}${rule}`,
    ...aside(dice, where, spot, names),
  ];
};

function hookOf(chain: string): string {
  if (/PREROUTING|INBOUND|TPROXY|DIVERT/.test(chain)) return 'prerouting';
  return /OUTPUT/.test(chain) ? 'output' : 'other';
}

const deleted: Maker = (dice, { ip }, handles) => {
  const { table, chain, handle } = dice.pick(handles);
  return [
    dice.oneIn(4) ? `flush chain ${ip} ${table} ${chain}` : `delete rule ${ip} ${table} ${chain} handle ${handle}`,
  ];
};

/** A jump to a chain of nft's from a chain of iptables. */
const detour: Maker = (dice, names, handles, n) => {
  const { table, chain } = dice.pick(handles);
  const where = `${names.ip} ${table}`;
  const spot = spotOf(table, hookOf(chain));
  const leads = dice.pick(['jump', 'jump', 'goto']);
  return [
    ...objectsIn(where, names),
    `add chain ${where} detour${n}`,
    ...Array.from({ length: 1 + dice.below(2) }, () => `add rule ${where} detour${n} ${ruleText(dice, spot, names)}`),
    `insert rule ${where} ${chain} ${dice.pick(['', 'counter '])}${leads} detour${n}`,
  ];
};
