import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceRequest } from '../../src/cli/gather.ts';
import { answerTo, type Capture } from '../../src/collect/capture.ts';
import type { Outside } from '../../src/collect/outside.ts';
import type { CheckReport, Finding } from '../../src/model/report.ts';
import { check } from '../asked.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/scenarios', import.meta.url));

/** A pod that scripts/record-scenarios.ts recorded, as one variant of iptables shows it. */
export interface Recorded {
  readonly name: string;
  readonly variant: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly twin: string | null;
  readonly commands: readonly string[];
  readonly codes: readonly string[];
  /** What decides was not shown: the answer is undetermined, and says so in the words of `quotes`. */
  readonly open?: true;
  /** What the first finding has to show. */
  readonly quotes: string;
  /** What is to be found with nothing declared, by each way to read. */
  readonly undeclared?: Readonly<Partial<Record<'saved' | 'live', readonly string[] | 'undetermined'>>>;
  /** Contents by file name. */
  readonly files: Readonly<Record<string, string>>;
}

type Description = Omit<Recorded, 'name' | 'variant' | 'files'> & { readonly variants: readonly string[] };

/** All recordings, one for each variant of a scenario. */
export function recordings(): Recorded[] {
  return readdirSync(FOLDER).flatMap((name) => {
    const description = JSON.parse(readFileSync(join(FOLDER, name, 'scenario.json'), 'utf8')) as Description;
    return description.variants.map((variant) => ({ ...description, name, variant, files: filesOf(name, variant) }));
  });
}

function filesOf(name: string, variant: string): Record<string, string> {
  const folder = join(FOLDER, name, variant);
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

/** Whether a recording of that name exists. */
export function isRecorded(name: string): boolean {
  return existsSync(join(FOLDER, name, 'scenario.json'));
}

/** How a recording can be read: as saved files, and as a live check does. A fault was recorded live if files hide it. */
export function waysToRead({ files, twin }: Recorded): readonly ('saved' | 'live')[] {
  if (!('capture.json' in files)) return ['saved'];
  return twin === null ? ['saved', 'live'] : ['live'];
}

function rulesOf(files: Recorded['files']): string[] {
  return Object.keys(files).filter((name) => name.startsWith('rule'));
}

/** The report of `check` on a recording, with its configuration declared or with nothing. */
export async function checkRecording(
  recorded: Recorded,
  way: 'saved' | 'live',
  declared: 'declared' | 'undeclared' = 'declared',
): Promise<CheckReport> {
  const source: SourceRequest =
    way === 'live' ? { kind: 'live' } : { kind: 'rules', files: rulesOf(recorded.files), sockets: 'sockets.ss' };
  const config = { flags: {}, env: {}, ...(declared === 'declared' ? { configFile: 'config' } : {}) };
  const request = { source, config, toolVersion: '0' };
  const texts = { ...recorded.files, config: JSON.stringify(recorded.config) };
  return check(request, outsideOf(texts));
}

/** Nothing but the texts given; programs answer what `capture.json` says they did. */
export function outsideOf(texts: Readonly<Record<string, string>>): Outside {
  const capture = JSON.parse(texts['capture.json'] ?? '{"answers":[],"files":[]}') as Capture;
  return {
    readInput: async (path) => ({ text: texts[path] ?? '' }),
    readLines: () => {
      throw new Error('no packets here');
    },
    files: {
      read: async (path) =>
        capture.files.find((file) => file.path === path)?.content ?? { error: 'missing', message: 'not recorded' },
      holders: async () => [],
    },
    runner: {
      run: async (argv) => {
        const answer = capture.answers.find(({ result }) => result.argv.join(' ') === argv.join(' '));
        if (answer) return answer.result;
        // The earlier look at the sockets: as these do not change, it is what the later one shows.
        const later = argv[0] === 'ss' ? answerTo(capture, 'sockets') : null;
        if (later) return later;
        throw new Error(`${argv.join(' ')} was not recorded`);
      },
    },
  };
}

/** Everything that a finding shows of rules and sockets. */
export function shownBy({ message, evidence, differences }: Finding): string {
  const quoted = differences.flatMap(({ liveRule, expectedRule }) => [liveRule?.text, expectedRule?.text]);
  return [message, ...evidence.map(({ text }) => text), ...quoted].join('\n');
}
