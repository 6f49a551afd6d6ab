import type { PacketName } from '../../../proof/layouts/packets.ts';
import type { Case, Names } from '../case.ts';
import type { LayoutName } from '../layouts.ts';

const IPTABLES: readonly LayoutName[] = ['redirect legacy', 'tproxy legacy', 'redirect nft', 'tproxy nft'];
const REDIRECT: readonly LayoutName[] = ['redirect legacy', 'redirect nft'];

/** One call of iptables for the table nat. */
function inNat(name: string, words: readonly string[], shows: readonly PacketName[], on = IPTABLES): Case {
  return { name, on, commands: ({ iptables }: Names) => [[iptables, '-t', 'nat', ...words]], shows };
}

const LET_BY = ['-p', 'tcp', '--dport', '3306', '-j', 'ACCEPT'];

/**
 * Names that iptables-save prints as they are: with a newline in them one rule becomes two lines, the first of which
 * has lost its end and the second of which may be anything.
 */
export const NAMES: readonly Case[] = [
  inNat('an interface that begins a comment', ['-I', 'OUTPUT', '!', '-o', 'q\n#', ...LET_BY], ['app out 3306']),
  inNat(
    'an interface that begins another rule',
    ['-I', 'OUTPUT', '!', '-o', 'q\n-A DEAD', ...LET_BY],
    ['app out 3306'],
  ),
  inNat('an interface that ends the table', ['-I', 'OUTPUT', '!', '-o', 'q\nCOMMIT\n#', ...LET_BY], ['app out 3306']),
  inNat('an interface that begins a table', ['-I', 'OUTPUT', '!', '-o', 'q\n*raw\n#', ...LET_BY], ['app out 3306']),
  inNat('an interface that declares a chain', ['-I', 'OUTPUT', '!', '-o', 'q\n:X - #', ...LET_BY], ['app out 3306']),
  inNat('an interface that is a newline', ['-I', 'OUTPUT', '!', '-o', '\n', ...LET_BY], ['app out 3306']),
  inNat('an interface with a carriage return', ['-I', 'OUTPUT', '!', '-o', 'q\r#', ...LET_BY], ['app out 3306']),
  inNat('an interface with a form feed', ['-I', 'OUTPUT', '!', '-o', 'q\f -j X', ...LET_BY], ['app out 3306']),
  inNat(
    'an interface with a space and a target',
    ['-I', 'OUTPUT', '!', '-o', 'q -j ISTIO', ...LET_BY],
    ['app out 3306'],
  ),
  inNat('an interface with a comment sign', ['-I', 'OUTPUT', '!', '-o', 'q #', ...LET_BY], ['app out 3306']),
  inNat('an interface with a quote', ['-I', 'OUTPUT', '!', '-o', 'q" "', ...LET_BY], ['app out 3306']),
  inNat('an interface with an escape', ['-I', 'OUTPUT', '!', '-o', 'q\u001b[2K', ...LET_BY], ['app out 3306']),
  inNat('an interface with a line separator', ['-I', 'OUTPUT', '!', '-o', 'q\u2028#', ...LET_BY], ['app out 3306']),
  inNat('an interface that is another option', ['-I', 'OUTPUT', '!', '-o', 'lo -p udp', ...LET_BY], ['app out 3306']),
  inNat("in Istio's chain", ['-I', 'ISTIO_OUTPUT', '!', '-o', 'q\n#', ...LET_BY], ['app out 3306']),
  inNat('as the only match', ['-I', 'OUTPUT', '!', '-o', 'q\n#', '-j', 'ACCEPT'], ['app out', 'app out 3306']),
  inNat(
    'an interface that inbound packets did not come by',
    ['-I', 'PREROUTING', '!', '-i', 'q\n#', '-p', 'tcp', '--dport', '8080', '-j', 'ACCEPT'],
    ['in 8080'],
    REDIRECT,
  ),
  inNat(
    'an interface that begins a rule, inbound',
    ['-I', 'PREROUTING', '!', '-i', 'q\n-A DEAD', '-p', 'tcp', '--dport', '8080', '-j', 'ACCEPT'],
    ['in 8080'],
    REDIRECT,
  ),
  inNat(
    'a comment with a newline that begins a comment',
    ['-I', 'OUTPUT', '-m', 'comment', '--comment', 'x\n#', ...LET_BY],
    ['app out 3306'],
  ),
  inNat(
    'a comment with a newline and a rule',
    ['-I', 'OUTPUT', '-m', 'comment', '--comment', 'x"\n-A DEAD -m comment --comment "', ...LET_BY],
    ['app out 3306'],
  ),
  inNat(
    'a comment with backslashes',
    ['-I', 'OUTPUT', '-m', 'comment', '--comment', 'x\\" -j ISTIO_OUTPUT \\', ...LET_BY],
    ['app out 3306'],
  ),
  inNat(
    'a comment that ends the table',
    ['-I', 'ISTIO_OUTPUT', '-m', 'comment', '--comment', '\nCOMMIT\n*nat\n', ...LET_BY],
    ['app out 3306'],
  ),
  inNat(
    'a list of recent addresses whose name begins a comment',
    ['-I', 'OUTPUT', '-m', 'recent', '--set', '--name', 'r\n#', ...LET_BY],
    ['app out 3306'],
  ),
  inNat(
    'a hash limit whose name begins a comment',
    [
      ...[
        '-I',
        'OUTPUT',
        '-p',
        'tcp',
        '-m',
        'tcp',
        '--dport',
        '3306',
        '-m',
        'hashlimit',
        '--hashlimit-upto',
        '9999/sec',
      ],
      ...['--hashlimit-burst', '9999', '--hashlimit-name', 'h\n#', '-j', 'ACCEPT'],
    ],
    ['app out 3306'],
  ),
  inNat(
    'a log prefix that begins a rule ahead of what is let by',
    ['-I', 'OUTPUT', '-m', 'string', '--algo', 'bm', '!', '--string', 'x\n#', ...LET_BY],
    ['app out 3306'],
  ),
  {
    name: 'mangle: an interface that begins a comment',
    on: ['tproxy nft', 'tproxy legacy'],
    commands: ({ iptables }) => [
      [
        iptables,
        '-t',
        'mangle',
        ...['-I', 'PREROUTING', '!', '-i', 'q\n#', '-p', 'tcp', '--dport', '8080', '-j', 'ACCEPT'],
      ],
    ],
    shows: ['in 8080'],
  },
  {
    name: 'raw: an interface that begins a comment',
    on: IPTABLES,
    commands: ({ iptables }) => [
      [
        iptables,
        '-t',
        'raw',
        ...['-I', 'OUTPUT', '!', '-o', 'q\n#', '-p', 'tcp', '--dport', '3306', '-j', 'CT', '--notrack'],
      ],
    ],
    shows: ['app out 3306'],
  },
  {
    name: 'filter: an interface that begins a comment',
    on: IPTABLES,
    commands: ({ iptables }) => [
      [iptables, '-t', 'filter', ...['-I', 'OUTPUT', '!', '-o', 'q\n#', '-p', 'tcp', '-j', 'DROP']],
    ],
    shows: ['app out', 'proxy out'],
  },
];
