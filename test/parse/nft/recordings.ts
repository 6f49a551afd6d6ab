import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rule, Table } from '../../../src/model/ruleset.ts';
import { parseNft } from '../../../src/parse/nft/index.ts';

const ROOT = join(import.meta.dirname, '../../..');
const CORPUS = process.env.ISTIO_NAT_CORPUS ?? join(ROOT, '../shared/corpus');

/** Folders of the corpus whose cases hold a listing of nft. */
const FOLDERS = ['sidecar-nftables', 'ambient-nftables', 'mixtures', 'ambient-iptables'];

/** Whether the recorded layouts are there. */
export const hasCorpus: boolean = existsSync(CORPUS);

/** What `nft list ruleset` and `nft -j list ruleset` printed in one case. */
export interface Recording {
  readonly id: string;
  readonly text: string;
  readonly json: string;
}

/** The cases of the corpus that hold both forms. */
export function corpusRecordings(): Recording[] {
  return hasCorpus ? FOLDERS.flatMap(folderRecordings) : [];
}

function folderRecordings(folder: string): Recording[] {
  const files = readdirSync(join(CORPUS, folder)).filter((file) => file.endsWith('.jsonl'));
  const lines = files.flatMap((file) => readFileSync(join(CORPUS, folder, file), 'utf8').split('\n'));
  return lines.filter((line) => line !== '').flatMap(lineRecording);
}

function lineRecording(line: string): Recording[] {
  const { id, recorded }: { id: string; recorded: Record<string, string> } = JSON.parse(line);
  const text = recorded['ruleset.nft'] ?? recorded['nft.ruleset.nft'];
  const json = recorded['ruleset.json'] ?? recorded['nft.ruleset.json'];
  return text === undefined || json === undefined ? [] : [{ id, text, json }];
}

/** A file of test/fixtures/nft. */
export function fixture(name: string): string {
  return readFileSync(join(ROOT, 'test/fixtures/nft', name), 'utf8');
}

/** The tables of a listing. */
export function tablesOf(text: string): Table[] {
  return parseNft(text, { source: 'test' }).tables;
}

/** A rule without its place: what it means and what it says. */
export function meaning({ matches, targets, counters }: Rule): Pick<Rule, 'matches' | 'targets' | 'counters'> {
  return { matches, targets, ...(counters && { counters }) };
}

/** Tables with their rules reduced to what they mean; `text` keeps what they say too. */
export function comparable(tables: readonly Table[], also: 'text' | 'meaning' = 'meaning'): unknown {
  return tables.map((table) => ({
    ...table,
    chains: table.chains.map((chain) => ({
      ...chain,
      rules: chain.rules.map((rule) => (also === 'text' ? { ...meaning(rule), text: rule.text } : meaning(rule))),
    })),
  }));
}

/** The only rule of a chain that consists of it. */
export function parseOneRule(text: string, family = 'inet'): Rule {
  const rule = tablesOf(`table ${family} t {\n\tchain c {\n\t\t${text}\n\t}\n}\n`)[0]?.chains[0]?.rules[0];
  if (rule === undefined) throw new Error(`no rule in: ${text}`);
  return rule;
}
