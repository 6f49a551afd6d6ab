import { join } from 'node:path';
import { folders, recorded, texts } from '../checkout.ts';
import { bothForms, type Job, rulesArguments } from '../job.ts';
import { packetsText } from '../packets.ts';
import { expectedForms } from './expected.ts';

interface Layout {
  readonly id: string;
  readonly config?: object;
  readonly recorded: Readonly<Record<string, string>>;
}

/** The ways one pod's rules are saved; a layout is read in one of those it has, one after the other. */
const FORMS = [
  ['legacy.v4.save', 'legacy.v6.save'],
  ['nft.v4.save', 'nft.v6.save'],
  ['ruleset.nft'],
  ['ruleset.json'],
  ['nft.nat.S'],
  ['nft.ruleset.nft'],
  ['nft.ruleset.json'],
  ['legacy.v4.save', 'nft.v4.save', 'ruleset.nft'],
];
/** Of so many layouts one is put to all commands. */
const EVERY = 5;

/** The recorded layouts, where they are there. */
export function* corpusJobs(): Generator<Job> {
  const folder = recorded('corpus');
  if (folder === null) return;
  let index = 0;
  for (const kind of folders(folder)) {
    for (const text of Object.values(texts(join(folder, kind)))) {
      for (const line of text.trim().split('\n')) yield job(JSON.parse(line), index++);
    }
  }
}

function job({ id, config, recorded: files }: Layout, index: number): Job {
  const told = config === undefined ? [] : ['--config', 'config.json'];
  const given = { 'config.json': JSON.stringify(config ?? {}), 'packets.jsonl': packetsText };
  const has = FORMS.filter((form) => form.every((name) => name in files));
  const rules = rulesArguments(has[index % has.length] ?? Object.keys(files));
  const all = index % EVERY === 0 ? everything(rules, told) : [];
  return { name: `corpus/${id}`, files: { ...files, ...given }, runs: [...plain(rules, told), ...all] };
}

function plain(rules: readonly string[], told: readonly string[]): string[][] {
  const checks = [[], told].map((config) => ['check', ...rules, ...config]);
  return [...bothForms(checks), ['infer', ...rules]];
}

function everything(rules: readonly string[], told: readonly string[]): string[][] {
  const asked = [
    ['diff', ...rules, ...told],
    ['flow', ...rules, ...told],
    ['flow', ...rules, '--classes'],
    ['flow', ...rules, '--unreached'],
    ['trace', ...rules, '--packets', 'packets.jsonl'],
  ];
  const layout = told.length === 0 ? [] : expectedForms(told);
  return [['infer', ...rules, '--json'], ...bothForms(asked), ...layout];
}
