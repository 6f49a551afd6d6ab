import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Family } from '../../../src/model/family.ts';
import type { Rule, Table } from '../../../src/model/ruleset.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** What record.sh wrote, and the script itself. */
export const FIXTURES = join(here, '../../fixtures/iptables');
export const RECORDED = join(FIXTURES, 'recorded');

/** The layouts that were recorded from Istio's own rules; not part of the repository. */
const CORPUS = process.env.ISTIO_NAT_CORPUS ?? join(here, '../../../../shared/corpus');
export const HAS_CORPUS = existsSync(CORPUS);

/** The four ways to hold rules. */
export const VARIANTS = ['legacy.v4', 'legacy.v6', 'nft.v4', 'nft.v6'] as const;

export const TABLES = ['filter', 'nat', 'mangle', 'raw'] as const;

export function familyOf(variant: string): Family {
  return variant.endsWith('v6') ? 'ipv6' : 'ipv4';
}

export function recorded(directory: string, name: string): string {
  return readFileSync(join(directory, name), 'utf8');
}

/** The `-A` lines of a dump by chain: what must be the same, whatever the order of chains and tables. */
export function rulesByChain(text: string): ReadonlyMap<string, readonly string[]> {
  const chains = new Map<string, string[]>();
  let table = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1);
    if (/^(?::|-P |-N )/.test(line)) chains.set(`${table} ${line.replace(/ \[[0-9]+:[0-9]+\]$/, '')}`, []);
    if (!line.startsWith('-A ')) continue;
    const key = `${table} ${line.split(' ', 2)[1]}`;
    chains.set(key, [...(chains.get(key) ?? []), line]);
  }
  return new Map([...chains].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Model parts as text, so that unequal rules can be read; bigint has no JSON. */
export function inWords(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
}

export function content(rule: Rule): string {
  return inWords([rule.matches, rule.targets]);
}

export function theTable(tables: readonly Table[], name: string): Table {
  const found = tables.filter((table) => table.name === name);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} tables ${name}`);
  return found[0];
}

/** Every text of the corpus that came from iptables: id, which recording, the text. */
export function* corpusTexts(): Iterable<{ id: string; key: string; text: string }> {
  for (const folder of readdirSync(CORPUS, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    for (const file of readdirSync(join(CORPUS, folder.name))) {
      for (const line of recorded(join(CORPUS, folder.name), file).split('\n')) {
        if (line !== '') yield* textsOf(JSON.parse(line));
      }
    }
  }
}

function* textsOf(entry: {
  id: string;
  recorded: Record<string, unknown>;
}): Iterable<{ id: string; key: string; text: string }> {
  for (const [key, text] of Object.entries(entry.recorded)) {
    if (typeof text === 'string' && /\.(?:save|S)$/.test(key)) yield { id: entry.id, key, text };
  }
}
