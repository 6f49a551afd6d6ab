import type { Command } from '@oclif/core/command';
import type { Outside } from '../../src/collect/outside.ts';
import { commands } from '../../src/commands/index.ts';
import { EXAMPLE_ENTRY } from '../../src/suppress/entry.ts';
import { type Outcome, run } from '../commands/run.ts';
import { outsideOf, type Recorded, recordings, textsOf } from '../diagnose/recorded.ts';

type Known = Readonly<Record<string, Command.Class>>;

/** The recording of that name, as iptables-nft shows it. */
export function podOf(name: string): Recorded {
  const found = recordings().find((recorded) => recorded.name === name && recorded.variant !== 'legacy');
  if (found === undefined) throw new Error(`there is no recording ${name}`);
  return found;
}

/** What a reader puts in place of words in capitals. */
const PLACEHOLDERS: Readonly<Record<string, string>> = { POD_IP: '10.77.0.5' };

/** The words of a shell command line; quotes hold them together. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => PLACEHOLDERS[bare ?? ''] ?? single ?? double ?? bare ?? '',
  );
}

/**
 * Runs a line of the documentation as it stands, by the command's own code, in a recorded pod: what a live look would ask
 * is answered by the recording, and where that has saved texts only, these are named in addition, with the pod's inputs.
 */
export async function runInPod(line: string, pod: Recorded, more: readonly string[] = []): Promise<Outcome> {
  const [program, name = '', ...argv] = wordsOf(line);
  const command = (commands as Known)[name];
  if (program !== 'istio-nat' || command === undefined) throw new Error(`no command of istio-nat: ${line}`);
  const texts = textsOf(pod);
  const all = [...argv, ...sourceOf(command, argv, pod), ...more];
  return run(inside(command, { ...outsideOf(texts), ...filesOf(texts) }), all);
}

/** Commands to which the pod itself would say what its inputs are. */
const DECLARED: ReadonlySet<string> = new Set(['Check', 'Diff', 'Flow']);

/** What the line leaves to the pod that it is run in. */
function sourceOf(command: Command.Class, argv: readonly string[], { files }: Recorded): string[] {
  const isFree = (flag: string) => flag in command.flags && !argv.includes(`--${flag}`);
  const isSaved = isFree('rules') && !('capture.json' in files) && !argv.includes('--example');
  const rules = Object.keys(files).filter((file) => file.startsWith('rule'));
  return [
    ...(isSaved ? rules.flatMap((file) => ['--rules', file]) : []),
    ...(isSaved && isFree('sockets') ? ['--sockets', 'sockets.ss'] : []),
    ...(isFree('config') && DECLARED.has(command.name) && !argv.includes('--against') ? ['--config', 'config'] : []),
  ];
}

/** Files of the documentation by what they are called: rules, sockets, packets, suppressions. */
function filesOf(texts: Readonly<Record<string, string>>): Pick<Outside, 'readInput' | 'readLines'> {
  const rules = texts['rules.v4.save'] ?? texts['ruleset.nft'] ?? '';
  const kinds: Readonly<Record<string, string | undefined>> = { ss: texts['sockets.ss'], yaml: EXAMPLE_ENTRY };
  return {
    readInput: async (path) => ({ text: texts[path] ?? kinds[path.split('.').at(-1) ?? ''] ?? rules }),
    readLines: async function* () {
      yield [
        '{"family":"ipv4","hook":"PREROUTING","protocol":"tcp","source":"10.0.0.9","destination":"10.77.0.5","destinationPort":80}',
      ];
    },
  };
}

function inside(command: Command.Class, outside: Outside): Command.Class {
  const Base = command as unknown as new (...args: never[]) => object;
  const Inside = class extends Base {
    protected async machine() {
      return { ...outside, foreignTools: () => [] };
    }
  };
  return Inside as unknown as Command.Class;
}
