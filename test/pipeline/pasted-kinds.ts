import { readFileSync } from 'node:fs';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { LINE_BY_LINE } from '../parse/pasted/wrappers.ts';

/*
 * Kinds of texts that people paste, each with members of our own: healthy layouts, as the layout has them or as the tools
 * of several Debian releases listed them (test/fixtures/generations), recorded logs (test/fixtures/logs), and what somebody's
 * terminal or hand did to them.
 */

/** What may be said of every member of a kind. */
export interface Kind {
  readonly verdicts: readonly ('healthy' | 'degraded' | 'broken' | 'undetermined')[];
  /** Codes of which each error has to have one. No errors, where it is left out. */
  readonly errors?: readonly string[];
  /** A code that has to be among the findings. */
  readonly finds?: string;
  readonly members: readonly Member[];
}

/** A text, with the inputs that are given beside it. */
export interface Member {
  readonly text: string;
  readonly flags?: Readonly<Record<string, string>>;
  readonly sockets?: string;
}

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const listed = (path: string): string => fixture(`generations/${path}`);
const log = (name: string): Member => ({ text: fixture(`logs/${name}.log`) });
const wrapped = (name: string, text: string) => (LINE_BY_LINE[name]?.(text.split('\n')) ?? []).join('\n');
const texts = (...all: readonly string[]): readonly Member[] => all.map((text) => ({ text }));

/** What Istio programs for IPv4, as a save. */
function save(release: string, changes: Partial<Config> = {}, dataplane: Config['dataplane'] = 'sidecar'): string {
  const { tables } = buildLayout({ ...defaultConfig(release, 'istio-init', dataplane), ...changes });
  return printSave(tables.filter(({ family }) => family === 'ipv4'));
}

const SIDECAR = save('1.28.10');
const AMBIENT = save('1.28.10', {}, 'ambient');
const LIST = listed('bookworm/exclusions/nft/nat.list');
const OLD_LIST = listed('bullseye/exclusions/legacy/nat.list');
const RULES = listed('bookworm/exclusions/nft/nat.S');
const NFT = listed('bookworm/exclusions/nft/nft');
const EXCLUSIONS = { istioVersion: '1.28.10', inboundPortsExclude: '8081' };
const SET = 'istio-inpod-probes-v4';

/** A listing without -v has no counters and no interfaces. */
const withoutV = (list: string) =>
  list
    .replace(/^( *(?:\d+ +){2}\S+ +\S+ +\S+) +\S+ +\S+( .*)$/gm, '$1 $2')
    .replace(/^ *pkts bytes (target +prot opt) in +out/gm, '$1')
    .replace(/^ *\d+ +\d+ +/gm, '')
    .replace(/ACCEPT 0 packets, 0 bytes/g, 'ACCEPT');
/** A listing without -n has names. */
const withNames = (list: string) =>
  list
    .replaceAll(/!?0\.0\.0\.0\/0/g, 'anywhere')
    .replaceAll(/(!?)127\.0\.0\.1\b/g, '$1localhost')
    .replaceAll(/ \* {6}\* /g, ' any    any ')
    .replaceAll('dpt:3306', 'dpt:mysql')
    .replaceAll('dpt:53', 'dpt:domain');
/** The order in which older iptables-nft prints built-in chains. */
const inOldOrder = (list: string) => {
  const chains = list.split(/\n(?=Chain )/);
  const [first, input, output, last, ...own] = chains;
  return [first, input, last, output, ...own].map((chain) => chain?.replace(/\n*$/, '\n')).join('\n');
};
const chainOf = (list: string, name: string) =>
  list.split(/\n(?=Chain )/).find((one) => one.startsWith(`Chain ${name} `)) ?? '';
const only = (text: string, pattern: RegExp) =>
  text
    .split('\n')
    .filter((line) => pattern.test(line))
    .join('\n');
const withRule = (text: string, after: RegExp, rule: string) => text.replace(after, (line) => `${line}\n${rule}`);
const filter = (policy: string, ...rules: readonly string[]) =>
  ['*filter', `:INPUT ${policy} [0:0]`, ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...rules, 'COMMIT', ''].join(
    '\n',
  );
const node = (...rules: readonly string[]) =>
  [
    '*nat',
    ...['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map((chain) => `:${chain} ACCEPT [0:0]`),
    ...[':ISTIO_POSTRT - [0:0]', ':CNI-MASQ - [0:0]', ...rules],
    `-A ISTIO_POSTRT -p tcp -m owner --socket-exists -m set --match-set ${SET} dst -j SNAT --to-source 169.254.7.127`,
    'COMMIT',
    '',
  ].join('\n');
const DNS = { redirectDns: true, captureAllDns: true };
const withoutDns = (release: string): Member => ({
  text: save(release),
  flags: { istioVersion: release, redirectDns: 'true' },
});

const READ: Pick<Kind, 'verdicts'> = { verdicts: ['healthy'] };
const UNSURE: Pick<Kind, 'verdicts'> = { verdicts: ['undetermined'] };
const NO_ERROR: Pick<Kind, 'verdicts'> = { verdicts: ['healthy', 'degraded', 'undetermined'] };

/** By the name of the text that stands for the kind among those that were collected from public reports. */
export const KINDS: Readonly<Record<string, Kind>> = {
  'failed-init-log': { verdicts: ['broken'], errors: ['NAT0105'], members: [log('module-legacy'), log('lock-legacy')] },
  'restore-failed-log': {
    verdicts: ['broken'],
    errors: ['NAT0901'],
    members: [log('ambient-module-nft'), log('ambient-again-legacy')],
  },
  'init-log-dns-raw': {
    ...NO_ERROR,
    members: texts(
      SIDECAR.replace(/^\*/gm, '* ')
        .replace(/^:(?:PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING) .*\n/gm, '')
        .replace(/^:(\S+) .*$/gm, '-N $1'),
      save('1.22.3', DNS)
        .replace(/^\*/gm, '* ')
        .replace(/^:(?:PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING) .*\n/gm, '')
        .replace(/^:(\S+) .*$/gm, '-N $1'),
    ),
  },
  'agent-log-commit-fields': {
    ...READ,
    members: texts(
      AMBIENT.replaceAll('COMMIT', 'COMMIT\tns=shop\tname=web-0'),
      SIDECAR.replaceAll('COMMIT', 'COMMIT\tpod=shop/web-0'),
    ),
  },
  'log-prefix-pod-name': {
    ...READ,
    members: texts(
      wrapped('stern: pod and container', SIDECAR),
      wrapped('journald', AMBIENT),
      wrapped('Docker JSON', save('1.22.3', DNS)),
      wrapped('a frame', SIDECAR),
    ),
  },
  'list-without-v': { ...NO_ERROR, members: texts(withoutV(LIST), withoutV(OLD_LIST)) },
  'names-plain': { ...NO_ERROR, members: texts(withNames(LIST), withNames(withoutV(LIST))) },
  'names-dns': {
    ...NO_ERROR,
    members: texts(
      withNames(listed('bookworm/dns-all/nft/nat.list')),
      withNames(listed('trixie/dns-all/legacy/nat.list')),
    ),
  },
  'builtin-order-L': {
    ...READ,
    members: texts(inOldOrder(LIST), inOldOrder(listed('trixie/exclusions/nft/nat.list'))),
  },
  'headless-rules': { ...NO_ERROR, members: texts(only(RULES, /^-A/), only(SIDECAR, /^-A ISTIO_/)) },
  'grep-istio-sidecar': {
    ...NO_ERROR,
    members: texts(only(SIDECAR, /ISTIO/), only(save('1.28.10', { interceptionMode: 'TPROXY' }), /ISTIO_/)),
  },
  'one-chain': { ...UNSURE, members: texts(chainOf(LIST, 'ISTIO_INBOUND'), only(RULES, /^-[NA] ISTIO_OUTPUT/)) },
  'elided-builtins': {
    ...UNSURE,
    members: texts(
      LIST.replace(/(Chain OUTPUT [^\n]*\n)[\s\S]*?\n\n/, '$1[...]\n\n'),
      LIST.replace(/(Chain ISTIO_OUTPUT [^\n]*\n[^\n]*\n)[\s\S]*?\n\n/, '$1  …\n\n'),
    ),
  },
  'excerpt-without-commit': {
    ...NO_ERROR,
    members: texts(SIDECAR.replace(/COMMIT[\s\S]*/, ''), AMBIENT.slice(0, AMBIENT.lastIndexOf('COMMIT'))),
  },
  endash: {
    verdicts: ['healthy', 'undetermined'],
    members: texts(SIDECAR.replaceAll(' --', ' \u2013'), save('1.22.3').replaceAll('-A', '\u2014A')),
  },
  'grep-colour': {
    ...READ,
    members: texts(wrapped('colours', SIDECAR), wrapped('colours whose ESC was lost', AMBIENT)),
  },
  'trailing-comment-on-jump': {
    ...READ,
    members: texts(
      SIDECAR.replace(/^(-A OUTPUT .*)$/m, '$1   # all that the pod sends'),
      AMBIENT.replace(/^(-A PREROUTING .*)$/gm, '$1 # in'),
    ),
  },
  'old-ipv4-only': { ...READ, members: texts(save('1.3.8'), save('1.2.10')) },
  'dns-missing-120': {
    verdicts: ['broken'],
    errors: ['NAT0401'],
    finds: 'NAT0401',
    members: [withoutDns('1.18.7'), withoutDns('1.23.6')],
  },
  'nat-table-incompatible': {
    ...UNSURE,
    members: texts(
      "# Table `nat' is incompatible, use 'nft' tool.\n",
      `${filter('ACCEPT')}# Table \`nat' contains incompatible base-chains, use 'nft' tool to list them.\n`,
    ),
  },
  'nft-text-rule-called-missing': {
    verdicts: ['broken'],
    errors: ['NAT0109', 'NAT0305'],
    members: [
      {
        text: NFT.replace(
          /(chain OUTPUT \{\n[^\n]*\n)/,
          '$1\t\tip daddr 10.0.0.0/8 counter packets 0 bytes 0 accept\n',
        ),
        flags: EXCLUSIONS,
      },
      {
        text: NFT.replace(/(chain ISTIO_OUTPUT \{\n)/, '$1\t\tskuid 1000 counter packets 0 bytes 0 accept\n'),
        flags: EXCLUSIONS,
      },
    ],
  },
  'input-drop-own-address-accepted': {
    ...NO_ERROR,
    members: texts(
      SIDECAR +
        filter(
          'DROP',
          '-A INPUT -i lo -j ACCEPT',
          '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
          '-A INPUT -d 10.244.0.0/16 -j ACCEPT',
        ),
      SIDECAR + filter('ACCEPT', '-A INPUT -s 100.64.0.0/10 ! -i tailscale0 -j DROP'),
    ),
  },
  'bridge-behind-pod': {
    verdicts: ['degraded'],
    finds: 'NAT0210',
    members: texts(
      withRule(
        AMBIENT,
        /\*nat[^*]*?\n-A OUTPUT -j ISTIO_OUTPUT$/m,
        '-A POSTROUTING -s 192.168.122.0/24 ! -o virbr0 -j MASQUERADE',
      ),
      withRule(
        SIDECAR,
        /^-A OUTPUT .*ISTIO_OUTPUT$/m,
        '-A POSTROUTING -s 172.18.0.0/16 ! -o br-1f2e3d4c5b6a -j MASQUERADE',
      ),
    ),
  },
  'node-masquerade-by-source-first': {
    verdicts: ['broken', 'undetermined'],
    errors: ['NAT0903'],
    members: texts(
      node(
        '-A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE',
        '-A POSTROUTING -o cbr0 -j MASQUERADE',
        '-A POSTROUTING -j ISTIO_POSTRT',
      ),
      node(
        '-A POSTROUTING -j CNI-MASQ',
        '-A POSTROUTING -j ISTIO_POSTRT',
        '-A CNI-MASQ -p tcp -j SNAT --to-source 192.0.2.1',
      ),
    ),
  },
  'node-masquerade-earlier-base-chain': {
    verdicts: ['broken', 'undetermined'],
    errors: ['NAT0903'],
    members: texts(
      [
        [
          'table ip early {',
          '\tchain post {',
          '\t\ttype nat hook postrouting priority 50; policy accept;',
          '\t\tmeta l4proto tcp snat to 192.0.2.1',
          '\t}',
          '}',
        ].join('\n'),
        [
          'table inet istio-ambient-nat {',
          `\tset ${SET} {`,
          '\t\ttype ipv4_addr',
          '\t\telements = { 10.244.1.7 }',
          '\t}',
          '',
        ].join('\n'),
        [
          '\tchain postrouting {',
          '\t\ttype nat hook postrouting priority srcnat; policy accept;',
          `\t\tmeta l4proto tcp meta skuid 0 ip daddr @${SET} counter packets 0 bytes 0 snat ip to 169.254.7.127`,
          '\t}',
          '}',
          '',
        ].join('\n'),
      ].join('\n'),
      node('-A POSTROUTING -m addrtype ! --dst-type LOCAL -j MASQUERADE', '-A POSTROUTING -j ISTIO_POSTRT'),
    ),
  },
  'ambient-good': {
    verdicts: ['degraded'],
    finds: 'NAT0209',
    members: [
      { text: AMBIENT, flags: { outboundIpRangesExclude: '10.96.0.1/32' } },
      { text: AMBIENT, flags: { inboundPortsExclude: '8443' } },
    ],
  },
  'ss-tcp-only': {
    ...READ,
    members: ['127.0.0.1', '0.0.0.0'].map((host) => ({
      text: AMBIENT,
      sockets: [
        'State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process',
        ...[15001, 15006, 15008, 15053].map(
          (port) => `LISTEN 0 1024 ${port === 15053 ? host : '0.0.0.0'}:${port} 0.0.0.0:*`,
        ),
        '',
      ].join('\n'),
    })),
  },
  'session-rules-then-ss': {
    ...READ,
    members: texts(
      `$ sudo iptables-save\n${SIDECAR}$ ss -ltn\nState  Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN 0 4096 0.0.0.0:15001 0.0.0.0:*\nLISTEN 0 4096 0.0.0.0:15006 0.0.0.0:*\n$ exit\n`,
      `/ # ip rule\n0:\tfrom all lookup local\n32766:\tfrom all lookup main\n/ # iptables-save -t nat\n${SIDECAR}/ # `,
    ),
  },
};
