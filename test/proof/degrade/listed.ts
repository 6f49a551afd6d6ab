import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openKernel } from '../../layout/kernel.ts';
import type { Holder, Rules } from './pods.ts';

/** What the tools printed of one pod, by command line. */
export type Listings = ReadonlyMap<string, string>;

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/degrade', import.meta.url));
const TABLES = ['nat', 'mangle', 'raw', 'filter'] as const;
const LISTS = [
  '-S',
  '-L -n -v',
  '-L -v',
  '-L -n',
  '-L',
  '-L -n -v --line-numbers',
  '-L --line-numbers',
  '-S -v',
] as const;

/** Loads rules into a namespace of their own and lists them in every form; null when the kernel refuses them. */
export function listingsOf(rules: readonly Rules[]): Listings | null {
  const key = createHash('sha256')
    .update(JSON.stringify([SCRIPT, LISTS, rules]))
    .digest('hex')
    .slice(0, 32);
  const file = `${CACHE}/${key}.json`;
  if (!existsSync(file)) {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(file, JSON.stringify(recorded(rules)));
  }
  const entries = JSON.parse(readFileSync(file, 'utf8')) as [string, string][] | null;
  return entries === null ? null : new Map(entries);
}

function recorded(rules: readonly Rules[]): [string, string][] | null {
  const kernel = openKernel('degrade');
  try {
    kernel.makeProbeSets();
    for (const one of rules) load(kernel.run, one);
    const commands = [...new Set(rules.map(({ holder }) => holder))].flatMap((holder) => commandsFor(holder, rules));
    const out = kernel.run('sh', `${commands.join('\n')}\n`, '-c', SCRIPT);
    return out
      .split('\u001e')
      .slice(1)
      .map((part) => part.split('\u001f') as [string, string]);
  } catch {
    return null;
  } finally {
    kernel.close();
  }
}

/** Runs each command that it is given and prints its name before its output. */
const SCRIPT = `export LC_ALL=C XTABLES_LOCKFILE=/dev/shm/istio-nat-degrade-$$
while read -r line; do printf '\\036%s\\037' "$line"; $line 2>/dev/null </dev/null; done
rm -f "$XTABLES_LOCKFILE"`;

function load(run: (program: string, input: string, ...args: string[]) => string, { holder, family, text }: Rules) {
  if (holder === 'native') return run('nft', text, '-f', '-');
  return run(
    'sh',
    text,
    '-c',
    `XTABLES_LOCKFILE=/dev/shm/istio-nat-degrade-$$ ${toolOf(holder, family)}-restore --noflush`,
  );
}

function toolOf(holder: Holder, family: Rules['family']): string {
  return holder.replace('iptables', family === 'ipv6' ? 'ip6tables' : 'iptables');
}

/** Saves and nft come first: to list a table may make one. */
function commandsFor(holder: Holder, rules: readonly Rules[]): string[] {
  const nft = ['nft list ruleset', 'nft -a list ruleset', 'nft -s list ruleset', 'nft -j list ruleset'];
  const own = rules.filter((one) => one.holder === holder);
  if (holder === 'native') return [...nft, ...own.flatMap(({ text }) => nftParts(text))];
  const families = own.map(({ family }) => family);
  const tools = families.map((family) => toolOf(holder, family));
  return [
    ...tools.flatMap((tool) => [`${tool}-save`, `${tool}-save -c`]),
    ...(holder === 'iptables-nft' ? nft : []),
    ...tools.flatMap((tool) => TABLES.flatMap((table) => LISTS.map((list) => `${tool} -t ${table} ${list}`))),
    ...own.flatMap(({ family, text }) => chainCommands(toolOf(holder, family), text)),
    ...(holder === 'iptables-nft' ? own.flatMap(({ family, text }) => tableCommands(family, text)) : []),
  ];
}

function chainCommands(tool: string, save: string): string[] {
  return chainsIn(save).flatMap(([table, chain]) =>
    ['-S', '-L', '-n -v -L'].map((list) => `${tool} -t ${table} ${list} ${chain}`),
  );
}

function tableCommands(family: Rules['family'], save: string): string[] {
  const ip = family === 'ipv6' ? 'ip6' : 'ip';
  const chains = chainsIn(save);
  const tables = [...new Set(chains.map(([table]) => table))];
  return [
    ...tables.map((table) => `nft list table ${ip} ${table}`),
    ...chains.map(([table, chain]) => `nft list chain ${ip} ${table} ${chain}`),
  ];
}

/** Table and chain of every chain with rules in a save. */
function chainsIn(save: string): [string, string][] {
  const found = new Set<string>();
  let table = '';
  for (const line of save.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    if (line.startsWith('-A ')) found.add(`${table} ${line.split(' ')[1]}`);
  }
  return [...found].map((one) => one.split(' ') as [string, string]);
}

function nftParts(text: string): string[] {
  const parts: string[] = [];
  let table = '';
  for (const line of text.split('\n')) {
    const [, opened, chain] = /^(?:table (\w+ \S+)|\tchain (\S+)) \{/.exec(line) ?? [];
    table = opened ?? table;
    if (opened !== undefined) parts.push(`nft list table ${table}`);
    if (chain !== undefined) parts.push(`nft list chain ${table} ${chain}`);
  }
  return parts;
}
