import type { FileContent } from '../../../../src/collect/files.ts';
import type { Outside } from '../../../../src/collect/outside.ts';
import type { CommandFailureKind, CommandResult } from '../../../../src/collect/runner.ts';
import type { Dice } from '../../symbolic/dice.ts';

/** Something that a live look no longer gets. */
export interface Taking {
  readonly name: string;
  take(outside: Outside): Outside;
}

/** Tools by their command line; those that are one program go together, as when it is not installed. */
const TOOLS: Readonly<Record<string, RegExp>> = {
  'all of iptables': /^ip6?tables/,
  'iptables-legacy': /^ip6?tables-legacy/,
  'iptables-nft': /^ip6?tables-nft/,
  'iptables-nft-save': /^iptables-nft-save/,
  'ip6tables-nft-save': /^ip6tables-nft-save/,
  'iptables-legacy-save': /^iptables-legacy-save$/,
  'iptables-legacy-save -c': /^iptables-legacy-save -c/,
  'ip6tables-legacy-save': /^ip6tables-legacy-save/,
  'all but nft': /^(?!nft )/,
  nft: /^nft /,
  'nft list': /^nft list/,
  'nft -j': /^nft -j/,
  'nft and iptables': /^(nft |ip6?tables)/,
  ss: /^ss /,
  ip: /^ip /,
  'ip rule': /^ip -\d rule/,
  'ip -6': /^ip -6/,
  'ip route': /^ip -\d route/,
  'ip addr': /^ip addr/,
  everything: /^/,
};

/** How a tool fails; what it printed until then counts for nothing. */
const FAILURES: Readonly<Record<string, (result: CommandResult) => CommandResult>> = {
  missing: (result) => failed(result, 'not-found'),
  'not executable': (result) => failed(result, 'not-executable'),
  killed: (result) => failed(result, 'killed'),
  'timed out': (result) => failed(result, 'timed-out'),
  'timed out half way': (result) => ({ ...failed(result, 'timed-out'), stdout: halfOf(result.stdout) }),
  'too long': (result) => ({ ...failed(result, 'too-much-output'), stdout: halfOf(result.stdout) }),
  refused: (result) => ({ ...result, exitCode: 4, stdout: '', stderr: refusalOf(result.argv[0] ?? '') }),
  'failed silently': (result) => ({ ...result, exitCode: 1, stdout: '', stderr: '' }),
  'failed half way': (result) => ({
    ...result,
    exitCode: 1,
    stdout: halfOf(result.stdout),
    stderr: 'Dump terminated\n',
  }),
};

function failed(result: CommandResult, kind: CommandFailureKind): CommandResult {
  const failure = { kind, message: `${result.argv[0]}: ${kind}` };
  return { ...result, path: null, exitCode: null, stdout: '', stderr: '', failure };
}

function halfOf(text: string): string {
  return text.slice(0, text.length / 2);
}

/** The words of the tools to somebody without the right to look. */
function refusalOf(tool: string): string {
  if (tool.includes('legacy')) {
    return `${tool} v1.8.9 (legacy): Cannot initialize: Permission denied (you must be root)\n`;
  }
  if (tool.includes('tables')) {
    return `${tool} v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n`;
  }
  return tool === 'nft'
    ? 'Operation not permitted (you must be root)\nnetlink: Error: cache initialization failed: Operation not permitted\n'
    : 'Cannot open netlink socket: Operation not permitted\n';
}

const FILES: Readonly<Record<string, RegExp>> = {
  'the names of legacy tables': /ip6?_tables_names$/,
  'the names of IPv4 legacy tables': /ip_tables_names$/,
  'the names of IPv6 legacy tables': /ip6_tables_names$/,
  '/proc/net': /^\/proc\/net\//,
  'the lists of udp sockets': /^\/proc\/net\/udp/,
  'the lists of tcp sockets': /^\/proc\/net\/tcp/,
  'the status of processes': /^\/proc\/\d+\//,
  'our own status': /^\/proc\/self\//,
  'all of /etc': /^\/etc\//,
  'all files': /^/,
};

const UNREAD: Readonly<Record<string, FileContent>> = {
  missing: { error: 'missing', message: 'there is no such file' },
  forbidden: { error: 'forbidden', message: 'this user may not read it' },
};

const KERNEL_LIST_MISSING = /(tables|sockets|net|all files): missing$/;

/**
 * Every tool that fails in every way, and every file that is missing or forbidden. Of the kernel's own lists none is made
 * missing: a kernel without legacy tables, or without IPv6, has none, and nobody could tell.
 */
export const TAKINGS: readonly Taking[] = [
  ...Object.entries(TOOLS).flatMap(([tool, line]) =>
    Object.entries(FAILURES).map(([how, fail]) => ({ name: `${tool}: ${how}`, take: withTool(line, fail) })),
  ),
  ...Object.entries(FILES).flatMap(([file, path]) =>
    Object.entries(UNREAD)
      .map(([how, content]) => ({ name: `${file}: ${how}`, take: withFile(path, content) }))
      .filter(({ name }) => !KERNEL_LIST_MISSING.test(name)),
  ),
];

function withTool(line: RegExp, fail: (result: CommandResult) => CommandResult): Taking['take'] {
  return (outside) => ({
    ...outside,
    runner: {
      run: async (argv, options) => {
        const result = await outside.runner.run(argv, options);
        return line.test(argv.join(' ')) ? fail(result) : result;
      },
    },
  });
}

function withFile(path: RegExp, content: FileContent): Taking['take'] {
  return (outside) => ({
    ...outside,
    files: {
      ...outside.files,
      read: async (file) => (path.test(file) ? content : outside.files.read(file)),
    },
  });
}

/** One of them, or two or three together. */
export function anyTaking(dice: Dice): Taking {
  const all = [
    dice.pick(TAKINGS),
    ...(dice.oneIn(2) ? [dice.pick(TAKINGS)] : []),
    ...(dice.oneIn(6) ? [dice.pick(TAKINGS)] : []),
  ];
  return {
    name: all.map(({ name }) => name).join(' + '),
    take: (outside) => all.reduce((left, taking) => taking.take(left), outside),
  };
}
