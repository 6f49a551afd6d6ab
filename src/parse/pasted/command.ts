import type { Kind } from './starts.ts';

/** A command that somebody typed, as far as it says what the lines after it are. */
export interface Command {
  /** The program and its arguments, without what it was started by (`sudo`, `kubectl exec … --`). */
  readonly argv: readonly string[];
  /** The program behind a pipe that leaves lines out or puts them in another order. */
  readonly filter: string | null;
}

/** What stands in front of a command on a terminal: user and host, a path, the name of a shell, or the sign alone. */
const PROMPT =
  /^(?:\([^()]{1,40}\) ?)?(?:\[[^\]]{1,60}\]\s?|[\w.-]+@[\w.-]+[^#$%>\u276f]{0,80}|[a-z]{0,3}sh-[\d.]+|[~/][\w./~-]{0,80} ?|[\w.-]+:[^\s#$%>]{0,80} ?|\u279c +\S+ +)?(?:[#$%>\u276f\u279c\u00bb]|\+{1,4})(?: +|$)(.*)$/u;
const PROGRAM = /^(?:ip6?tables|xtables)[a-z0-9-]*$/;
const PASSED_ON: ReadonlySet<string> = new Set([
  'sudo',
  'kubectl',
  'oc',
  'docker',
  'podman',
  'crictl',
  'nerdctl',
  'nsenter',
  'istioctl',
]);
const FILTERS: ReadonlySet<string> = new Set(
  'grep egrep fgrep zgrep rg ag head tail sed awk gawk cut sort uniq tr column'.split(' '),
);

/** The command on a line with a prompt; null for any other line. Empty words where nothing was typed. */
export function promptedCommand(line: string): Command | null {
  if (line.length > 1000) return null;
  const typed = PROMPT.exec(line)?.[1];
  if (typed === undefined) return commandOf(line);
  const command = commandOf(typed);
  if (command !== null) return command;
  // `# …` and `+ …` also begin comments and what diff and stern print: only a program that we know makes a command of them.
  return /^[#+>%]/.test(line) ? null : { argv: typed.split(/\s+/).filter((word) => word !== ''), filter: null };
}

/** The command that a text is, if it begins with a program that prints what is read here. */
function commandOf(text: string): Command | null {
  const [first = '', ...piped] = text.trim().split(/\s*\|\s*/);
  const words = first.split(/\s+/);
  const argv = words.slice(programIn(words));
  if (!isListing(argv)) return null;
  const filter = piped.map((part) => part.split(/\s/)[0] ?? '').find((name) => FILTERS.has(name));
  return { argv: [baseName(argv[0] ?? ''), ...argv.slice(1)], filter: filter ?? null };
}

/** Where the program begins that prints; those that only start others stand in front of it. */
function programIn(words: readonly string[]): number {
  const set = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  const first = baseName(words[set] ?? '');
  if (first === 'ip' && words[set + 1] === 'netns' && words[set + 2] === 'exec') return set + 4;
  if (!PASSED_ON.has(first)) return Math.max(0, set);
  const behind = words.findIndex((word, at) => at > set && isProgram(baseName(word)));
  return behind < 0 ? Math.max(0, set) : behind;
}

function baseName(word: string): string {
  return word.replace(/^.*\//, '');
}

function isProgram(name: string): boolean {
  return PROGRAM.test(name) || name === 'nft' || name === 'ss' || name === 'ip' || name === 'cat' || name === 'netstat';
}

const SUBCOMMANDS = /^(?:ru(?:le)?|r(?:o(?:ute)?)?|a(?:ddr(?:ess)?)?|l(?:ink)?)$/;

/** Whether words are a command line and no sentence that begins with the name of a program. */
function isListing([program = '', ...args]: readonly string[]): boolean {
  const name = baseName(program);
  if (PROGRAM.test(name)) return name.endsWith('-save') ? args.every(isArgument) : (args[0] ?? '').startsWith('-');
  if (name === 'nft') return args.some((word) => word === 'list');
  if (name === 'ss' || name === 'netstat') return (args[0] ?? '-').startsWith('-');
  if (name === 'ip') return SUBCOMMANDS.test(args.find((word) => !word.startsWith('-')) ?? '');
  if (name === 'cat') return args.length > 0 && args.every((word) => word.includes('/') || word.startsWith('-'));
  return (
    (name === 'env' && args.length === 0) || (PASSED_ON.has(name) && /^(?:exec|logs?|run|debug|-)/.test(args[0] ?? ''))
  );
}

function isArgument(word: string): boolean {
  return word.startsWith('-') || /^(?:nat|mangle|raw|filter|security|[<>&0-9]\S*)$/.test(word);
}

/** What a command prints, as far as its words tell. */
export function kindOfCommand({ argv }: Command): Kind | null {
  const [name = '', ...args] = argv;
  if (PROGRAM.test(name)) return 'iptables';
  if (name === 'nft') return 'nft';
  if (name === 'ss') return 'sockets';
  if (name !== 'ip') return null;
  const object = args.find((word) => !word.startsWith('-')) ?? '';
  return object.startsWith('ru') ? 'rules-of-routing' : object.startsWith('a') ? 'addresses' : null;
}
