import { fileURLToPath } from 'node:url';
import { findPython } from '../../../kernel/requirements.ts';
import type { Case, Names } from '../case.ts';
import { LAYOUT_NAMES } from '../layouts.ts';

const SCRIPT = fileURLToPath(new URL('../raw.py', import.meta.url));

/** One object that raw.py makes; `family` is nft's name. */
interface Raw {
  readonly make: 'table' | 'chain' | 'rule';
  readonly family: string;
  readonly table: string;
  readonly chain?: string;
  readonly hook?: 'prerouting' | 'input' | 'output';
  readonly priority?: number;
  readonly policy?: 'accept' | 'drop';
  readonly type?: 'filter' | 'nat';
  readonly port?: number;
  readonly counter?: boolean;
  readonly verdict?: 'accept' | 'drop';
  readonly comment?: string;
}

function make(objects: (names: Names) => readonly Raw[]): NonNullable<Case['commands']> {
  return (names) => [[findPython() ?? 'python3', '-B', SCRIPT, JSON.stringify(objects(names))]];
}

/** A table with one chain at OUTPUT that drops what goes to 3306. */
function dropping(family: string, table: string, chain = 'evil', comment?: string): Raw[] {
  return [
    { make: 'table', family, table },
    { make: 'chain', family, table, chain, hook: 'output', priority: -200, policy: 'accept' },
    { make: 'rule', family, table, chain, port: 3306, counter: true, verdict: 'drop', ...(comment && { comment }) },
  ];
}

/** An empty table whose name is no text: nft -j has no answer then. */
const MUTE: Raw = { make: 'table', family: 'inet', table: 'mute\u00ff' };

const NAMES = {
  'a newline': 'a\nb',
  'a brace': 'a {',
  'a brace and a newline': 'a {\n',
  'the end of a table': 'a {\n}\n#',
  'an end and another table': 'a {\n}\ntable ip b',
  'a whole table, and a comment sign': 'a {\n\tchain c {\n\t}\n}\ntable ip d { #',
  'an open quote': 'a { comment "',
  'a space': 'a b',
  'a backslash at its end': 'a\\',
  'an escape sequence': 'a\u001b[2K',
  'a carriage return': 'a\r#',
  nothing: '',
} as const;

/** Tables, chains and comments that nft prints as they are. */
export const RAW_NAMES: readonly Case[] = [
  ...Object.entries(NAMES).flatMap(([what, table]): Case[] => [
    {
      name: `a table whose name holds ${what}`,
      on: LAYOUT_NAMES,
      commands: make(({ ip }) => dropping(ip, table)),
      shows: ['app out 3306'],
    },
    {
      name: `a table whose name holds ${what}, beside one that makes nft -j fail`,
      on: LAYOUT_NAMES,
      commands: make(({ ip }) => [...dropping(ip, table), MUTE]),
      shows: ['app out 3306'],
    },
  ]),
  {
    name: 'a table whose name is no text',
    on: LAYOUT_NAMES,
    commands: make(({ ip }) => dropping(ip, 'evil\u00ff')),
    shows: ['app out 3306'],
  },
  {
    name: 'a chain whose name ends it, with a policy of drop',
    on: LAYOUT_NAMES,
    commands: make(({ ip: family }) => [
      { make: 'table', family, table: 't' },
      { make: 'chain', family, table: 't', chain: 'a {\n\t}\n\t#', hook: 'output', priority: 5, policy: 'drop' },
      MUTE,
    ]),
    shows: ['app out', 'proxy out'],
  },
  {
    name: 'a chain of iptables whose name ends it',
    on: ['redirect nft', 'tproxy nft'],
    commands: make(({ ip: family }) => [
      { make: 'chain', family, table: 'nat', chain: 'a {\n\t}\n\t#', hook: 'output', priority: -5, policy: 'accept' },
      { make: 'rule', family, table: 'nat', chain: 'a {\n\t}\n\t#', port: 15001, counter: true, verdict: 'drop' },
    ]),
    shows: ['app out'],
  },
  {
    name: 'a table that is named like one of iptables, and an end',
    on: ['redirect legacy', 'tproxy legacy', 'redirect native'],
    commands: make(({ ip }) => [...dropping(ip, 'nat {\n}\ntable ip z'), MUTE]),
    shows: ['app out 3306'],
  },
  {
    name: 'a rule whose comment is another rule',
    on: LAYOUT_NAMES,
    commands: make(({ ip }) => [...dropping(ip, 't', 'c', 'x"\n\t\taccept comment "'), MUTE]),
    shows: ['app out 3306'],
  },
  {
    name: 'a rule of iptables whose comment ends the line',
    on: ['redirect nft', 'tproxy nft'],
    commands: make(({ ip: family }) => [
      {
        make: 'rule',
        family,
        table: 'nat',
        chain: 'OUTPUT',
        port: 3306,
        counter: true,
        verdict: 'accept',
        comment: 'x\n#',
      },
      {
        make: 'chain',
        family,
        table: 'nat',
        chain: 'o',
        hook: 'output',
        priority: -300,
        policy: 'drop',
        type: 'filter',
      },
    ]),
    shows: ['app out', 'app out 3306'],
  },
];
