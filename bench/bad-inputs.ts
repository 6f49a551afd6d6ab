import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as bad from './bad-texts.ts';
import { memory, print } from './lines.ts';
import { type Program, type Run, runInTurn, withFolder } from './processes.ts';

const ISTIO_NAT = join(import.meta.dirname, '..', 'bin', 'run.js');

/** A run that takes longer is ended: any command must have answered long before. */
const LIMIT_SECONDS = 40;

/** What a command is given, and how. `text` is written to a file, whose path stands for FILE in the arguments. */
interface BadInput {
  readonly name: string;
  readonly text?: () => string | Buffer;
  readonly args: readonly string[];
  /** A shell around the program, which is "$@" in it. */
  readonly shell?: string;
  /** What programs on the PATH print or do instead of the real ones. */
  readonly tools?: Readonly<Record<string, string>>;
}

const RULES = ['check', '--istio-version', '1.28.10', '--rules', 'FILE'];
const CONFIG = ['expected', '--config', 'FILE'];
const SMALL =
  '*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n';
const PACKET = '{"hook":"OUTPUT","protocol":"tcp","source":"10.0.0.1","destination":"10.0.0.2","destinationPort":80}';
const MIB = 1024 * 1024;

function rules(name: string, text: () => string | Buffer): BadInput {
  return { name: `rules: ${name}`, text, args: RULES };
}

/** Large, but what a node may well have: these must be answered. */
const LARGE: readonly BadInput[] = [
  rules('100,000 in one chain', () => bad.savedRules(100_000)),
  rules('30,000 chains', () => bad.savedChains(30_000)),
  rules('named nft set of 70,000', () => bad.namedSet(70_000)),
  rules('JSON set of 70,000', () => bad.namedSetJson(70_000)),
  { name: 'sockets: 20,000', text: () => bad.sockets(20_000), args: ['sockets', '--sockets', 'FILE', '--json'] },
];

const ENDLESS: readonly BadInput[] = ['/dev/zero', '/dev/tty', '/', '/dev/null', '/dev/kmsg', 'SOCKET', 'FIFO'].flatMap(
  (path) => [
    { name: `--rules ${path}`, args: ['check', '--istio-version', '1.28.10', '--rules', path] },
    { name: `--sockets ${path}`, args: ['sockets', '--sockets', path] },
    { name: `--config ${path}`, args: ['expected', '--config', path] },
    { name: `--packets ${path}`, text: () => SMALL, args: ['trace', '--rules', 'FILE', '--packets', path] },
  ],
);

const PIPED: readonly BadInput[] = [
  { name: '--rules -, endless', args: ['check', '--istio-version', '1.28.10', '--rules', '-'], shell: 'yes | "$@"' },
  {
    name: '--rules -, a byte a second',
    args: ['check', '--istio-version', '1.28.10', '--rules', '-'],
    shell: '(while printf x; do sleep 1; done) | "$@"',
  },
  {
    name: '--packets -, no newline',
    text: () => SMALL,
    args: ['trace', '--rules', 'FILE', '--packets', '-'],
    shell: 'head -c 2000000000 /dev/zero | tr "\\0" x | "$@"',
  },
];

const SAVES: readonly BadInput[] = [
  rules('50,000 × *tN (.4 MB)', () => bad.savedTables(50_000)),
  rules('50,000 × *tN, COMMIT', () => bad.closedTables(50_000)),
  rules('110,000 chains', () => bad.savedChains(110_000)),
  rules('300,000 chains', () => bad.savedChains(300_000)),
  rules('300,000 in one chain', () => bad.savedRules(300_000)),
  rules('1,500,000 in one chain', () => bad.savedRules(1_500_000)),
  rules('30 doubled chains', () => bad.doubledChains(30)),
  rules('2,000 doubled chains', () => bad.doubledChains(2_000)),
  rules('200,000 refused', () => bad.refusedRules(200_000)),
  rules('200,000 undeclared chains', () => bad.undeclaredChains(200_000)),
  rules('100,000 -m in one', () => bad.manyModules(100_000)),
  rules('1,000 lines of 10,000 each', () => bad.addressLists(100, 1_000)),
  rules('50,000 × -I 1', () => bad.insertedRules(50_000)),
  rules('100,000 interfaces', () => bad.interfaceRules(100_000)),
  rules('one line of 200 MB', () => Buffer.alloc(200 * MIB, 'x')),
  rules('one rule of 200 MB', () => Buffer.concat([Buffer.from('*nat\n-A OUTPUT '), Buffer.alloc(200 * MIB, '-m a ')])),
  rules('20,000,000 empty lines', () => Buffer.alloc(20 * MIB, '\n')),
  rules('20,000,000 lines x', () => Buffer.alloc(40 * MIB, 'x\n')),
  rules('200 MB of commas', () => Buffer.alloc(200 * MIB, ',')),
];

const NFT: readonly BadInput[] = [
  rules('nft set of 1,000,000', () => bad.namedSet(1_000_000)),
  rules('nft set of 20,000 in 200 rules', () => bad.namedSet(20_000, 200)),
  rules('JSON set of 1,000,000', () => bad.namedSetJson(1_000_000)),
  rules('100,000 nft chains', () => bad.nftChains(100_000)),
  rules('500,000 nft chains', () => bad.nftChains(500_000)),
  rules('300,000 nft sets', () => bad.nftSets(300_000)),
  rules('100,000 nft tables', () => bad.nftTables(100_000)),
  rules('nft braces, 10,000,000', () => Buffer.concat([Buffer.from('table inet x {\n'), Buffer.alloc(10 * MIB, '{')])),
  rules('JSON nested 5,000,000 deep', () => bad.nestedJson(5_000_000)),
  rules('JSON, 1,000,000 strange elements', () => bad.strangeElements(1_000_000)),
  rules('JSON, 150,000 rules', () => bad.jsonRules(150_000)),
  rules('JSON, 1,000,000 rules', () => bad.jsonRules(1_000_000)),
  rules('JSON string of 200 MB', () =>
    Buffer.concat([Buffer.from('{"nftables": ["'), Buffer.alloc(200 * MIB, 'x'), Buffer.from('"]}')]),
  ),
];

const OTHERS: readonly BadInput[] = [
  {
    name: 'sockets: 1,500,000 (220 MB)',
    text: () => bad.sockets(1_500_000),
    args: ['sockets', '--sockets', 'FILE', '--json'],
  },
  { name: 'sockets: 200,000', text: () => bad.sockets(200_000), args: ['sockets', '--sockets', 'FILE', '--json'] },
  {
    name: 'sockets: 20,000,000 lines of nothing',
    text: () => Buffer.alloc(40 * MIB, 'x\n'),
    args: ['sockets', '--sockets', 'FILE'],
  },
  {
    name: 'sockets: one record of 5,000,000 lines',
    text: () => `tcp ESTAB 0 0 10.0.0.1:1 10.0.0.2:2\n${' x\n'.repeat(5_000_000)}`,
    args: ['sockets', '--sockets', 'FILE'],
  },
  {
    name: 'packets: a line of 70 KB and a packet',
    text: () => `${' '.repeat(70_000)}${PACKET}\n${PACKET}\n`,
    args: ['trace', '--rules', 'SMALL', '--packets', 'FILE'],
  },
  {
    name: 'packets: 500 MB without newline',
    text: () => Buffer.alloc(500 * MIB, 'x'),
    args: ['trace', '--rules', 'SMALL', '--packets', 'FILE'],
  },
  {
    name: 'packets: 50,000,000 empty lines',
    text: () => Buffer.alloc(50 * MIB, '\n'),
    args: ['trace', '--rules', 'SMALL', '--packets', 'FILE'],
  },
  {
    name: 'packets: lines nested 30,000 deep',
    text: () => `${'['.repeat(30_000)}\n`.repeat(1000),
    args: ['trace', '--rules', 'SMALL', '--packets', 'FILE'],
  },
  {
    name: '--rules 1,000 times',
    text: () => SMALL,
    args: ['check', '--istio-version', '1.28.10', ...Array.from({ length: 1000 }, () => ['--rules', 'FILE']).flat()],
  },
  {
    name: '--rules 30 times 20 MB',
    text: () => bad.savedRules(400_000),
    args: ['check', '--istio-version', '1.28.10', ...Array.from({ length: 30 }, () => ['--rules', 'FILE']).flat()],
  },
];

const CONFIGS: readonly BadInput[] = (
  [
    [
      '13 MB of ports',
      () => `{"inboundPortsExclude": "${Array.from({ length: 2_200_000 }, (_, at) => (at % 65_535) + 1).join(',')}"}`,
    ],
    [
      'list of 1,000,000 ports',
      () => JSON.stringify({ inboundPortsExclude: Array.from({ length: 1_000_000 }, (_, at) => (at % 65_535) + 1) }),
    ],
    ['1,000,000 keys', () => `{${Array.from({ length: 1_000_000 }, (_, at) => `"k${at}":1`).join(',')}}`],
    ['1,000,000 duplicate keys', () => `{${Array.from({ length: 1_000_000 }, () => '"proxyPort":15001').join(',')}}`],
    ['nested 1,000,000 deep', () => `{"proxyPort":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`],
    ['a number of 1,000,000 digits', () => `{"proxyPort":${'9'.repeat(1_000_000)}}`],
    [
      'a string of 200 MB',
      () => Buffer.concat([Buffer.from('{"proxyPort":"'), Buffer.alloc(200 * MIB, 'x'), Buffer.from('"}')]),
    ],
    [
      '10,000 ranges and 10,000 ports',
      () =>
        JSON.stringify({
          outboundIpRangesExclude: Array.from({ length: 10_000 }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`),
          inboundPortsExclude: Array.from({ length: 10_000 }, (_, at) => at + 20_000),
        }),
    ],
    [
      '100,000 ranges',
      () =>
        JSON.stringify({
          outboundIpRangesExclude: Array.from(
            { length: 100_000 },
            (_, at) => `10.${(at >> 8) & 255}.${at & 255}.${at >> 16}/32`,
          ),
        }),
    ],
  ] as const
).flatMap(([name, text]) => [
  { name: `expected, config: ${name}`, text, args: CONFIG },
  { name: `check, config: ${name}`, text, args: ['check', '--rules', 'SMALL', '--config', 'FILE'] },
]);

const LIVE = ['check', '--istio-version', '1.28.10'];

/** `text` is what the tool prints. */
function printed(name: string, tool: string, text: () => string, when = ''): BadInput {
  return {
    name: `live: ${name}`,
    text,
    args: LIVE,
    tools: { [tool]: `${when === '' ? '' : `case "$*" in *${when}*) ;; *) exit 0;; esac\n`}exec cat FILE` },
  };
}

function mounted(name: string, path: string, text: () => string | Buffer): BadInput {
  return {
    name: `live: ${name}`,
    text,
    args: LIVE,
    shell: `unshare -m sh -c 'mkdir -p $(dirname ${path}); touch ${path}; mount --bind "FILE" ${path} && exec "$@"' sh "$@"`,
  };
}

const LIVE_INPUTS: readonly BadInput[] = [
  mounted('resolv.conf of 250 MB', '/etc/resolv.conf', () => 'nameserver 10.0.0.1\n'.repeat(12_500_000)),
  {
    name: 'live: resolv.conf is /dev/zero',
    args: LIVE,
    shell: `unshare -m sh -c 'mount --bind /dev/zero /etc/resolv.conf && exec "$@"' sh "$@"`,
  },
  {
    name: 'live: resolv.conf is a FIFO',
    args: LIVE,
    shell: `unshare -m sh -c 'mount --bind "FIFO" /etc/resolv.conf && exec "$@"' sh "$@"`,
  },
  printed('110,000 chains', 'iptables-nft-save', () => bad.savedChains(110_000)),
  printed('30,000 chains', 'iptables-nft-save', () => bad.savedChains(30_000)),
  printed('500,000 routing rules', 'ip', () => bad.routingRules(500_000), 'rule'),
  printed('1,000,000 routes', 'ip', () => bad.routes(1_000_000), 'route'),
  printed('500,000 addresses', 'ip', () => bad.addresses(500_000), 'addr'),
  printed('400,000 sockets', 'ss', () => bad.sockets(400_000)),
  printed('nft set of 500,000', 'nft', () => bad.namedSet(500_000)),
  {
    name: 'live: tools that print without end',
    args: LIVE,
    tools: Object.fromEntries(
      ['iptables-nft-save', 'ip6tables-nft-save', 'nft', 'ip', 'ss'].map((tool) => [tool, 'exec yes']),
    ),
  },
  {
    name: 'live: tools that complain without end',
    args: LIVE,
    tools: Object.fromEntries(
      ['iptables-nft-save', 'ip6tables-nft-save', 'nft', 'ip', 'ss'].map((tool) => [tool, 'exec yes >&2']),
    ),
  },
  {
    name: 'live: tools that hang',
    args: LIVE,
    tools: Object.fromEntries(
      ['iptables-nft-save', 'ip6tables-nft-save', 'nft', 'ip', 'ss'].map((tool) => [tool, 'exec sleep 1000']),
    ),
  },
  {
    name: 'live: tools that leave a child with the pipe',
    args: LIVE,
    tools: Object.fromEntries(
      ['iptables-nft-save', 'ip6tables-nft-save', 'nft', 'ip', 'ss'].map((tool) => [
        tool,
        'setsid sleep 100 &\nexit 0',
      ]),
    ),
  },
];

/** Every other command on what costs `check` most. */
const COMMANDS: readonly BadInput[] = (
  [
    [
      'trace',
      [
        'trace',
        '--rules',
        'FILE',
        '--hook',
        'OUTPUT',
        '--source',
        '10.0.0.1',
        '--destination',
        '10.0.0.2',
        '--destination-port',
        '80',
      ],
    ],
    ['diff', ['diff', '--istio-version', '1.28.10', '--rules', 'FILE']],
    ['flow', ['flow', '--rules', 'FILE', '--istio-version', '1.28.10']],
    ['flow --classes', ['flow', '--classes', '--rules', 'FILE']],
    ['flow --unreached', ['flow', '--unreached', '--rules', 'FILE']],
    ['infer', ['infer', '--rules', 'FILE']],
    ['sockets', ['sockets', '--rules', 'FILE', '--sockets', 'SOCKETS']],
  ] as const
).flatMap(([command, args]) =>
  (
    [
      ['100,000 rules', () => bad.savedRules(100_000)],
      ['110,000 chains', () => bad.savedChains(110_000)],
      ['300,000 rules', () => bad.savedRules(300_000)],
      ['nft set of 70,000', () => bad.namedSet(70_000)],
      ['50,000 tables', () => bad.closedTables(50_000)],
      ['2,000 doubled chains', () => bad.doubledChains(2_000)],
      ['100,000 interfaces', () => bad.interfaceRules(100_000)],
    ] as const
  ).map(([what, text]) => ({ name: `${command}: ${what}`, text, args })),
);

const GROUPS: Readonly<Record<string, readonly BadInput[]>> = {
  large: LARGE,
  endless: ENDLESS,
  piped: PIPED,
  saves: SAVES,
  nft: NFT,
  others: OTHERS,
  configs: CONFIGS,
  live: LIVE_INPUTS,
  commands: COMMANDS,
};

/** Inputs that want time and memory: whole processes, each run once. `only` names groups, or parts of names of inputs. */
export async function measureBadInputs(only: readonly string[] = []): Promise<void> {
  const wanted = Object.entries(GROUPS).flatMap(([group, inputs]) =>
    inputs.filter(({ name }) => only.length === 0 || only.some((word) => word === group || name.includes(word))),
  );
  for (const input of wanted) await withFolder((folder) => measure(input, folder));
}

function measure(input: BadInput, folder: string): void {
  const file = join(folder, 'file');
  if (input.text !== undefined) writeFileSync(file, input.text());
  const paths = places(folder, file);
  const size = input.text === undefined ? '' : ` (${(statSync(file).size / 1e6).toFixed(1)} MB)`;
  const [runs = []] = runInTurn([program(input, folder, paths)], 1, LIMIT_SECONDS);
  const status = runs[0]?.status;
  print({
    what: `${input.name}${size}`,
    target: '≤ 15 s, ≤ 600 MB',
    measured: `${figures(runs)} ${memory(runs)} ${status === null ? 'ended' : `exit ${status}`}`,
  });
}

/** Each input is run once, so there is no spread to show. */
function figures([run]: readonly Run[]): string {
  return run === undefined ? '' : `${run.wall.toFixed(1)} s wall, ${run.cpu.toFixed(1)} s CPU`;
}

type Paths = Readonly<Record<string, string>>;

function places(folder: string, file: string): Paths {
  const paths = {
    FILE: file,
    SMALL: join(folder, 'small'),
    SOCKETS: join(folder, 'ss'),
    FIFO: join(folder, 'fifo'),
    SOCKET: join(folder, 'socket'),
  };
  writeFileSync(paths.SMALL, SMALL);
  writeFileSync(paths.SOCKETS, bad.sockets(100));
  const make = 'import os, socket, sys; os.mkfifo(sys.argv[1]); socket.socket(socket.AF_UNIX).bind(sys.argv[2])';
  runInTurn([{ argv: ['python3', '-c', make, paths.FIFO, paths.SOCKET] }], 1);
  return paths;
}

function program({ args, shell, tools }: BadInput, folder: string, paths: Paths): Program {
  const words = args.map((word) => paths[word] ?? word);
  const path = tools === undefined ? [] : [`PATH=${toolFolder(folder, tools, paths)}:${process.env.PATH}`];
  const argv = [...(path.length > 0 ? ['env', ...path] : []), 'node', ISTIO_NAT, ...words];
  return shell === undefined ? { argv } : { argv: ['sh', '-c', filled(shell, paths), 'sh', ...argv] };
}

function filled(text: string, paths: Paths): string {
  return text.replaceAll(/\b[A-Z]{4,}\b/g, (word) => paths[word] ?? word);
}

function toolFolder(folder: string, tools: Readonly<Record<string, string>>, paths: Paths): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(tools)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${filled(script, paths)}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}
