import type { Capture, Question } from '../../src/collect/capture.ts';
import type { FileContent } from '../../src/collect/files.ts';
import type { CommandFailureKind, CommandResult } from '../../src/collect/runner.ts';
import type { Family } from '../../src/model/family.ts';

/** What a command of a made-up capture answered; a text alone is its standard output with exit status 0. */
export type Said =
  | string
  | {
      readonly exitCode?: number;
      readonly stdout?: string;
      readonly stderr?: string;
      readonly failure?: CommandFailureKind;
    };

const ARGV: Readonly<Record<Question, string>> = {
  'legacy-save-ipv4': 'iptables-legacy-save',
  'legacy-save-ipv6': 'ip6tables-legacy-save',
  'legacy-counted-ipv4': 'iptables-legacy-save -c',
  'legacy-counted-ipv6': 'ip6tables-legacy-save -c',
  'nft-save-ipv4': 'iptables-nft-save',
  'nft-save-ipv6': 'ip6tables-nft-save',
  'nft-chain-ipv4': 'iptables-nft -t nat -S OUTPUT',
  'nft-chain-ipv6': 'ip6tables-nft -t nat -S OUTPUT',
  'nft-ruleset': 'nft list ruleset',
  'nft-ruleset-json': 'nft -j list ruleset',
  'sockets-earlier': 'ss -t -a -n -e',
  sockets: 'ss -t -u -a -n -e -p',
  'rules-ipv4': 'ip -4 rule show',
  'rules-ipv6': 'ip -6 rule show',
  'routes-ipv4': 'ip -4 route show table all',
  'routes-ipv6': 'ip -6 route show table all',
  addresses: 'ip addr show',
  listeners: 'ss -t -l -n --inet-sockopt',
};

/** A process with all rights, as /proc/self/status has it. */
export const ALL_RIGHTS = 'Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n';

/** What a namespace without a single rule answers. */
export const EMPTY: Readonly<Partial<Record<Question, Said>>> = {
  'nft-save-ipv4': '',
  'nft-save-ipv6': '',
  'nft-ruleset': '',
  'nft-ruleset-json': '{"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}}]}\n',
  sockets: '',
  'rules-ipv4': '0:\tfrom all lookup local\n',
  'rules-ipv6': '0:\tfrom all lookup local\n',
  'routes-ipv4': '',
  'routes-ipv6': '',
  addresses: '',
};

const FILES: Readonly<Record<string, FileContent>> = {
  '/proc/self/status': { text: ALL_RIGHTS },
  '/proc/net/ip_tables_names': { text: '' },
  '/proc/net/ip6_tables_names': { text: '' },
};

/** A capture of an empty namespace with all rights, in which some answers and files are others. */
export function captureWith(
  said: Readonly<Partial<Record<Question, Said | null>>> = {},
  files: Readonly<Record<string, FileContent>> = {},
  environment: Readonly<Record<string, string>> = {},
): Capture {
  const answers = Object.entries({ ...EMPTY, ...counted(said), ...said }).flatMap(([key, value]) => {
    const question = key as Question;
    return value === null || value === undefined ? [] : [{ question, result: resultOf(question, value) }];
  });
  const contents = Object.entries({ ...FILES, ...registered(said), ...files }).map(([path, content]) => ({
    path,
    content,
  }));
  return { answers, files: contents, environment };
}

/** The second listing of legacy rules, made from the first: the tool puts counters in front of each rule, and no more. */
function counted(said: Readonly<Partial<Record<Question, Said | null>>>): Partial<Record<Question, Said>> {
  const of = (family: Family) => {
    const plain = said[`legacy-save-${family}`] ?? null;
    if (plain === null) return {};
    const answer = typeof plain === 'string' ? { stdout: plain } : plain;
    const stdout = (answer.stdout ?? '').replace(/^-A /gm, '[0:0] -A ');
    return { [`legacy-counted-${family}`]: { ...answer, stdout } };
  };
  return { ...of('ipv4'), ...of('ipv6') };
}

/** The kernel lists the tables that the tool of legacy rules prints. */
function registered(said: Readonly<Partial<Record<Question, Said | null>>>): Record<string, FileContent> {
  const names = (family: Family) => {
    const plain = said[`legacy-save-${family}`] ?? '';
    const text = typeof plain === 'string' ? plain : (plain.stdout ?? '');
    return { text: [...text.matchAll(/^\*(\w+)$/gm)].map(([, name]) => `${name}\n`).join('') };
  };
  return { '/proc/net/ip_tables_names': names('ipv4'), '/proc/net/ip6_tables_names': names('ipv6') };
}

function resultOf(question: Question, said: Said): CommandResult {
  const answer = typeof said === 'string' ? { stdout: said } : said;
  const argv = ARGV[question].split(' ');
  const failed = answer.failure !== undefined;
  return {
    argv,
    path: failed ? null : `/usr/sbin/${argv[0]}`,
    exitCode: failed ? null : (answer.exitCode ?? 0),
    stdout: answer.stdout ?? '',
    stderr: answer.stderr ?? '',
    failure: answer.failure === undefined ? null : { kind: answer.failure, message: `${argv[0]}: ${answer.failure}` },
    durationMs: 1,
  };
}
