import { FAMILIES, type Family } from '../model/family.ts';
import { once } from '../model/remembered.ts';
import { boundedRunner } from './bounded-runner.ts';
import { type Answer, type Capture, type CapturedFile, type Question, TABLE_NAMES } from './capture.ts';
import { relevantEnvironment } from './environment.ts';
import type { FileReader } from './files.ts';
import { inTurns } from './in-turns.ts';
import { askChains } from './nft-chains.ts';
import { type Argv, type CommandResult, type CommandRunner, succeeded } from './runner.ts';

/** The kernel's own lists of sockets, read where ss cannot be had. */
export const SOCKET_FILES = ['/proc/net/tcp', '/proc/net/tcp6', '/proc/net/udp', '/proc/net/udp6'] as const;

/** What the first of two looks at the TCP sockets reads. */
const EARLIER_FILES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;

/** Who we are, and what the pod says about itself (the latter exists in the istio-proxy container only). */
const CONTEXT_FILES = [
  '/proc/self/status',
  '/etc/resolv.conf',
  '/etc/istio/pod/annotations',
  '/etc/istio/pod/labels',
] as const;

/** Processes at a time: a pod's CPU limit is often a fraction of a core. */
const AT_ONCE = 4;

/**
 * Reads the namespace of this process without changing it: no `-t`, which makes iptables-legacy register an empty table
 * for good, no legacy tool at all where the kernel lists no legacy table, and nothing is written.
 */
export async function collectLive(
  runner: CommandRunner,
  files: FileReader,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Capture> {
  const bounded = boundedRunner(runner);
  // ss is started first and runs alongside all others: with many sockets it takes longest by far.
  const seen = await startLooking(bounded, files);
  const [others, sockets] = await Promise.all([askOthers(bounded, files), seen.answers]);
  const answers = [...others.answers, ...sockets];
  const isShown = sockets.every(({ result }) => succeeded(result));
  // Processes first, as ss does it: a socket that was seen with none of them is nobody's, or was opened in between.
  const holders = isShown ? [] : await files.holders();
  const pids = isShown ? pidsIn(sockets) : holders.map(({ pid }) => pid);
  const paths = [...CONTEXT_FILES, ...(isShown ? [] : SOCKET_FILES), ...processFiles(pids)];
  const context = await readAll(files, paths);
  return {
    answers,
    files: [...others.files, ...context],
    earlierFiles: seen.lists,
    ...(isShown ? {} : { holders }),
    ...((await files.isFirstProcessHere?.()) ? { isFirstProcessHere: true } : {}),
    environment: relevantEnvironment(environment),
  };
}

/** A part of a capture. */
type Look = Pick<Capture, 'answers' | 'files'>;

async function askOthers(runner: CommandRunner, files: FileReader): Promise<Look> {
  const names = await readAll(files, Object.values(TABLE_NAMES));
  const questions = [...ruleQuestions(runner, names), ...otherQuestions(runner)];
  const answers = (await inTurns(questions, AT_ONCE - 1)).flat();
  return { answers: [...answers, ...(await askChains(runner, answers, AT_ONCE - 1))], files: names };
}

type Ask = () => Promise<Answer[]>;

async function readAll(files: FileReader, paths: readonly string[]): Promise<CapturedFile[]> {
  return Promise.all(paths.map(async (path) => ({ path, content: await files.read(path) })));
}

/** The tools of a family, by what they read. */
const SAVE_TOOLS: Readonly<Record<Family, { legacy: Argv; nft: Argv; plain: Argv }>> = {
  ipv4: { legacy: ['iptables-legacy-save'], nft: ['iptables-nft-save'], plain: ['iptables-save'] },
  ipv6: { legacy: ['ip6tables-legacy-save'], nft: ['ip6tables-nft-save'], plain: ['ip6tables-save'] },
};

function ruleQuestions(runner: CommandRunner, names: readonly CapturedFile[]): Ask[] {
  return FAMILIES.flatMap((family) => {
    const tools = SAVE_TOOLS[family];
    const variant = once(() => runner.run([tools.plain[0], '--version']));
    const save =
      (question: Question, kind: Variant, options: readonly string[] = []) =>
      () =>
        askSave(runner, { question, kind, options, tools, variant });
    const nft = save(`nft-save-${family}`, 'nft');
    if (!listsTables(names, family)) return [nft];
    // Twice, in two forms: a name with newlines in it cannot pass for lines of both.
    return [nft, save(`legacy-save-${family}`, 'legacy'), save(`legacy-counted-${family}`, 'legacy', ['-c'])];
  });
}

function listsTables(names: readonly CapturedFile[], family: Family): boolean {
  const content = names.find((file) => file.path === TABLE_NAMES[family])?.content;
  return content !== undefined && 'text' in content && content.text.trim() !== '';
}

type Variant = 'legacy' | 'nft';

interface SaveQuestion {
  readonly question: Question;
  readonly kind: Variant;
  readonly options: readonly string[];
  readonly tools: (typeof SAVE_TOOLS)[Family];
  /** Which variant the plain tool says it is. */
  readonly variant: () => Promise<CommandResult>;
}

/** Asks the tool that has its variant in its name; where there is none, the plain one if it is of that variant. */
async function askSave(
  runner: CommandRunner,
  { question, kind, options, tools, variant }: SaveQuestion,
): Promise<Answer[]> {
  const named = await runner.run([...tools[kind], ...options]);
  if (!isUnavailable(named)) return [{ question, result: named }];
  const version = await variant();
  const fits = succeeded(version) && version.stdout.includes('nf_tables') === (kind === 'nft');
  const plain = fits ? [{ question, result: await runner.run([...tools.plain, ...options]) }] : [];
  return [{ question, result: named }, ...plain];
}

/** Everything that is read the same way whatever the kernel lists. Old versions of ss have no -H. */
const OTHER_COMMANDS: readonly (readonly [Question, Argv])[] = [
  ['nft-ruleset', ['nft', 'list', 'ruleset']],
  ['nft-ruleset-json', ['nft', '-j', 'list', 'ruleset']],
  ['rules-ipv4', ['ip', '-4', 'rule', 'show']],
  ['rules-ipv6', ['ip', '-6', 'rule', 'show']],
  // One dump of all tables: asking for a table that does not exist is an error of its own (exit status 2).
  ['routes-ipv4', ['ip', '-4', 'route', 'show', 'table', 'all']],
  ['routes-ipv6', ['ip', '-6', 'route', 'show', 'table', 'all']],
  ['addresses', ['ip', 'addr', 'show']],
  // Which listeners are transparent.
  ['listeners', ['ss', '-t', '-l', '-n', '--inet-sockopt']],
];

function otherQuestions(runner: CommandRunner): Ask[] {
  return OTHER_COMMANDS.map(
    ([question, argv]): Ask =>
      async () => [await ask(runner, question, argv)],
  );
}

/** The first look, and ss still working on the second. */
interface Looking {
  readonly lists: readonly CapturedFile[];
  readonly answers: Promise<readonly Answer[]>;
}

/**
 * ss reads one socket after the other, so of a connection that opens or closes meanwhile it shows one end only. Looked
 * at twice, such a connection can be told from one that has only one end here. The kernel's own lists, which the first
 * look reads, lack the processes and take a tenth of the time; ss is asked where they cannot be read.
 */
async function startLooking(runner: CommandRunner, files: FileReader): Promise<Looking> {
  const lists = await readAll(files, EARLIER_FILES);
  const later = () => ask(runner, 'sockets', ['ss', '-t', '-u', '-a', '-n', '-e', '-p']);
  if (lists.every(isUsable)) return { lists, answers: Promise.all([later()]) };
  const earlier = await ask(runner, 'sockets-earlier', ['ss', '-t', '-a', '-n', '-e']);
  return { lists: [], answers: Promise.all([earlier, later()]) };
}

/** The IPv6 list is missing where IPv6 is switched off; the other list shows that this is no accident. */
function isUsable({ path, content }: CapturedFile): boolean {
  return 'text' in content || (path === '/proc/net/tcp6' && content.error === 'missing');
}

async function ask(runner: CommandRunner, question: Question, argv: Argv): Promise<Answer> {
  return { question, result: await runner.run(argv) };
}

/** No pod has so many processes with sockets; a node may, and then the rest stay unnamed. */
const MOST_PROCESSES = 256;

/** User, groups and control group of the processes that hold sockets. */
function processFiles(pids: readonly number[]): string[] {
  return pids.slice(0, MOST_PROCESSES).flatMap((pid) => [`/proc/${pid}/status`, `/proc/${pid}/cgroup`]);
}

/**
 * The processes that ss names. A process name may imitate more pids; their files are then read in vain.
 */
function pidsIn(answers: readonly Answer[]): number[] {
  const pids = new Set<string>();
  for (const { result } of answers) for (const [, pid = ''] of result.stdout.matchAll(/pid=(\d{1,10})/g)) pids.add(pid);
  return [...pids].map(Number);
}

function isUnavailable(result: CommandResult): boolean {
  return result.failure?.kind === 'not-found' || result.failure?.kind === 'not-executable';
}
