import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folders, root, texts } from '../checkout.ts';
import { bothForms, type Job, rulesArguments } from '../job.ts';
import { packetsText } from '../packets.ts';

const FOLDER = join(root, 'test/fixtures/scenarios');

interface Scenario {
  readonly variants: readonly string[];
  readonly config: object;
  readonly twin: string | null;
}

/** The recorded scenarios, each variant. What is recorded of a live reading is not asked here: no program reads it. */
export function* scenarioJobs(): Generator<Job> {
  for (const name of folders(FOLDER)) {
    const scenario: Scenario = JSON.parse(readFileSync(join(FOLDER, name, 'scenario.json'), 'utf8'));
    for (const variant of scenario.variants) yield job(name, variant, scenario);
  }
}

function job(name: string, variant: string, { config, twin }: Scenario): Job {
  const own = texts(join(FOLDER, name, variant));
  const before = twin === null ? {} : healthy(twin, variant);
  const files = { ...own, ...before, 'config.json': JSON.stringify(config), 'packets.jsonl': packetsText };
  return { name: `scenarios/${name}.${variant}`, files, runs: runsOver(Object.keys(own), Object.keys(before)) };
}

function healthy(twin: string, variant: string): Record<string, string> {
  if (!folders(join(FOLDER, twin)).includes(variant)) return {};
  const rules = Object.entries(texts(join(FOLDER, twin, variant))).filter(([name]) => name.startsWith('rule'));
  return Object.fromEntries(rules.map(([name, text]) => [`healthy.${name}`, text]));
}

function runsOver(names: readonly string[], before: readonly string[]): string[][] {
  const rules = rulesArguments(names.filter((name) => name.startsWith('rule')));
  const sockets = names.includes('sockets.ss') ? ['--sockets', 'sockets.ss'] : [];
  const told = ['--config', 'config.json'];
  const against = before.flatMap((name) => ['--against', name]);
  return [
    ...bothForms([
      ['check', ...rules, ...sockets],
      ['check', ...rules, ...sockets, ...told],
      ['diff', ...rules, ...told],
      ['flow', ...rules, ...sockets, ...told],
      ['flow', ...rules, ...told, '--classes'],
      ['flow', ...rules, '--unreached'],
      ['infer', ...rules],
      ['sockets', ...rules, ...sockets],
    ]),
    ['check', ...rules, ...sockets, ...told, '--verbose'],
    ['diff', ...rules, ...told, '--traces'],
    ...(against.length > 0 ? [['diff', ...rules, ...against, '--json']] : []),
    ['sockets', ...rules, ...sockets, '--all'],
    ['sockets', ...rules, ...sockets, '--bypassing', '--json'],
    ['trace', ...rules, '--packets', 'packets.jsonl'],
    ['trace', ...rules, '--packets', 'packets.jsonl', '--json'],
    ['trace', ...rules, '--packets', 'packets.jsonl', '--verdict-only'],
  ];
}
