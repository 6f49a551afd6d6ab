import { describe, expect, it } from 'vitest';
import { parseAddress, parseNetwork } from '../../../src/model/address.ts';
import type { Match } from '../../../src/model/match.ts';
import type { Target } from '../../../src/model/target.ts';
import { parseNft } from '../../../src/parse/nft/index.ts';
import { parseOneRule } from './recordings.ts';

const single = (port: number): { from: number; to: number } => ({ from: port, to: port });
const v4: Match = { kind: 'source', negated: false, network: { family: 'ipv4', address: 0n, mask: 0n } };
const v6: Match = { kind: 'source', negated: false, network: { family: 'ipv6', address: 0n, mask: 0n } };
const tcp: Match = { kind: 'protocol', negated: false, protocol: 6 };

function block(kind: 'source' | 'destination', text: string, negated = false): Match {
  const network = parseNetwork(text);
  if (network === null) throw new Error(text);
  return { kind, negated, network };
}

const address = (text: string): bigint => parseAddress(text)?.value ?? -1n;

const MATCHES: readonly (readonly [string, readonly Match[]])[] = [
  ['tcp dport != 15008', [{ kind: 'tcp', destinationPort: { negated: true, value: [single(15008)] } }]],
  [
    'tcp dport != { 53, 15008 }',
    [{ kind: 'tcp', destinationPort: { negated: true, value: [single(53), single(15008)] } }],
  ],
  ['tcp dport < 1024', [{ kind: 'tcp', destinationPort: { negated: false, value: [{ from: 0, to: 1023 }] } }]],
  ['udp sport > 1024', [{ kind: 'udp', sourcePort: { negated: false, value: [{ from: 1025, to: 65535 }] } }]],
  ['ip daddr != 127.0.0.1', [block('destination', '127.0.0.1', true)]],
  ['ip6 saddr fd00::/8', [block('source', 'fd00::/8')]],
  ['ip saddr & 255.0.255.0 == 10.0.5.0', [block('source', '10.0.5.0/255.0.255.0')]],
  [
    'ip saddr 10.0.0.1-10.0.0.9',
    [
      v4,
      { kind: 'iprange', source: { negated: false, value: { from: address('10.0.0.1'), to: address('10.0.0.9') } } },
    ],
  ],
  ['ip saddr { 10.0.0.0/25, 10.0.0.128/25 }', [block('source', '10.0.0.0/24')]],
  [
    'ip daddr != { 10.0.0.1, 10.0.0.9 }',
    [block('destination', '10.0.0.1', true), block('destination', '10.0.0.9', true)],
  ],
  [
    'ip daddr { 10.0.0.1, 10.0.0.9 }',
    [v4, { kind: 'opaque', module: 'ip', args: ['daddr', '{', '10.0.0.1,', '10.0.0.9', '}'] }],
  ],
  ['meta nfproto ipv6', [v6]],
  ['meta nfproto != ipv6', [v4]],
  ['ip protocol tcp', [v4, tcp]],
  [
    'meta l4proto { tcp, udp } th dport 53',
    [
      { kind: 'multiport', side: 'destination', negated: false, ports: [{ from: 0, to: 65535 }] },
      { kind: 'protocol', negated: true, protocol: 33 },
      { kind: 'protocol', negated: true, protocol: 132 },
      { kind: 'protocol', negated: true, protocol: 136 },
      { kind: 'multiport', side: 'destination', negated: false, ports: [single(53)] },
    ],
  ],
  ['meta l4proto tcp th sport 5', [tcp, { kind: 'multiport', side: 'source', negated: false, ports: [single(5)] }]],
  // Without a protocol in front, th reads whatever stands where a port would be.
  ['th dport 53', [{ kind: 'opaque', module: 'th', args: ['dport', '53'] }]],
  // Protocol 0 is "all" in the model, and hop-by-hop options here.
  ['meta l4proto 0', [{ kind: 'opaque', module: 'meta', args: ['l4proto', '0'] }]],
  ['iifname "eth*"', [{ kind: 'in-interface', negated: false, name: 'eth+' }]],
  ['oifname != "lo"', [{ kind: 'out-interface', negated: true, name: 'lo' }]],
  ['iifname "eth+"', [{ kind: 'opaque', module: 'iifname', args: ['"eth+"'] }]],
  ['meta mark & 0x00000fff != 0x00000539', [{ kind: 'mark', negated: true, value: 0x539, mask: 0xfff }]],
  ['mark 0x539', [{ kind: 'mark', negated: false, value: 0x539, mask: 0xffffffff }]],
  ['meta mark 0x00000100/24', [{ kind: 'mark', negated: false, value: 0x100, mask: 0xffffff00 }]],
  ['ct mark 1', [{ kind: 'connmark', negated: false, value: 1, mask: 0xffffffff }]],
  [
    'ct state established,related',
    [{ kind: 'conntrack', states: { negated: false, value: ['ESTABLISHED', 'RELATED'] } }],
  ],
  ['ct state != invalid', [{ kind: 'conntrack', states: { negated: true, value: ['INVALID'] } }]],
  // Compares with both bits at once, so it always holds: not what it looks like.
  [
    'ct state != established | related',
    [{ kind: 'opaque', module: 'ct', args: ['state', '!=', 'established', '|', 'related'] }],
  ],
  ['meta skuid != 1337', [{ kind: 'owner', uid: { negated: true, value: single(1337) } }]],
  ['skgid 5-9', [{ kind: 'owner', gid: { negated: false, value: { from: 5, to: 9 } } }]],
  [
    'tcp flags syn / fin,syn,rst,ack',
    [{ kind: 'tcp', flags: { negated: false, value: { mask: ['FIN', 'SYN', 'RST', 'ACK'], set: ['SYN'] } } }],
  ],
  ['tcp flags syn,ack', [{ kind: 'tcp', flags: { negated: true, value: { mask: ['SYN', 'ACK'], set: [] } } }]],
  ['tcp flags == syn', [tcp, { kind: 'opaque', module: 'tcp', args: ['flags', '==', 'syn'] }]],
  [
    'fib daddr . iif type local',
    [{ kind: 'addrtype', destination: { negated: false, value: ['LOCAL'] }, limitInterface: 'in' }],
  ],
  [
    'icmp type echo-request',
    [
      { kind: 'protocol', negated: false, protocol: 1 },
      { kind: 'opaque', module: 'icmp', args: ['type', 'echo-request'] },
    ],
  ],
  [
    'limit rate over 10/minute burst 20 packets',
    [{ kind: 'opaque', module: 'limit', args: ['rate', 'over', '10/minute', 'burst', '20', 'packets'] }],
  ],
  ['accept comment "a # b; }"', [{ kind: 'comment', text: 'a # b; }' }]],
];

const port = (from: number, to = from): { ports: { from: number; to: number } } => ({ ports: { from, to } });

const TARGETS: readonly (readonly [string, readonly Target[]])[] = [
  ['continue', []],
  ['jump istio-redirect', [{ kind: 'jump', chain: 'istio-redirect' }]],
  ['meta l4proto tcp redirect to :15001', [{ kind: 'redirect', ...port(15001), flags: [] }]],
  [
    'tcp dport 5 redirect to :80-90 random,fully-random,persistent',
    [{ kind: 'redirect', ...port(80, 90), flags: ['--random', '--random-fully', '--persistent'] }],
  ],
  [
    'dnat ip to 10.0.0.1:80',
    [{ kind: 'dnat', address: { from: 0x0a000001n, to: 0x0a000001n, family: 'ipv4' }, ...port(80), flags: [] }],
  ],
  [
    'snat ip6 to [fd00::1]-[fd00::2]:5',
    [
      {
        kind: 'snat',
        address: { from: address('fd00::1'), to: address('fd00::2'), family: 'ipv6' },
        ...port(5),
        flags: [],
      },
    ],
  ],
  ['masquerade to :5-6', [{ kind: 'masquerade', ...port(5, 6), flags: [] }]],
  ['tproxy ip to :15006', [{ kind: 'tproxy', port: 15006, address: 0n, family: 'ipv4', mark: { value: 0, mask: 0 } }]],
  [
    'tproxy ip6 to [::1]:15006',
    [{ kind: 'tproxy', port: 15006, address: 1n, family: 'ipv6', mark: { value: 0, mask: 0 } }],
  ],
  ['tproxy to :15006', [{ kind: 'unknown', raw: 'tproxy to :15006' }]],
  ['meta mark set 0x539', [{ kind: 'mark', value: 0x539, mask: 0xffffffff }]],
  ['ct mark set ct mark & 0xfffff111 | 0x00000111', [{ kind: 'connmark-set', value: 0x111, mask: 0xfff }]],
  ['ct mark set meta mark', [{ kind: 'connmark-save', nfmask: 0xffffffff, ctmask: 0xffffffff }]],
  ['meta mark set ct mark & 0xff', [{ kind: 'connmark-restore', nfmask: 0xffffffff, ctmask: 0xff }]],
  ['ct zone set 5', [{ kind: 'ct', notrack: false, zone: 5, rest: [] }]],
  ['ct reply zone set 6', [{ kind: 'ct', notrack: false, zone: 6, direction: 'reply', rest: [] }]],
  ['notrack', [{ kind: 'ct', notrack: true, rest: [] }]],
  ['reject with tcp reset', [{ kind: 'reject', with: 'tcp reset' }]],
  ['log prefix "a b" level info', [{ kind: 'continue', module: 'log', args: ['prefix', '"a b"', 'level', 'info'] }]],
  ['queue num 1', [{ kind: 'unknown', raw: 'queue num 1' }]],
  ['tcp dport vmap { 80 : accept }', [{ kind: 'unknown', raw: 'tcp dport vmap { 80 : accept }' }]],
  ['meta mark set 1 accept', [{ kind: 'mark', value: 1, mask: 0xffffffff }, { kind: 'accept' }]],
  // The test stands behind an action that changes the packet: from there on nothing is claimed.
  [
    'meta mark set 1 tcp dport 80 accept',
    [
      { kind: 'mark', value: 1, mask: 0xffffffff },
      { kind: 'unknown', raw: 'tcp dport 80 accept' },
    ],
  ],
  ['ip daddr set 1.2.3.4 accept', [{ kind: 'unknown', raw: 'ip daddr set 1.2.3.4' }, { kind: 'accept' }]],
];

describe('a match of nft', () => {
  it.each(MATCHES)('%s', (text, matches) => {
    expect(parseOneRule(text).matches).toEqual(matches);
  });

  it('needs no family of its own in a table of one family', () => {
    expect(parseOneRule('ip protocol tcp', 'ip').matches).toEqual([tcp]);
    expect(parseOneRule('ip ttl 5', 'ip').matches).toHaveLength(1);
  });
});

describe('a statement of nft', () => {
  it.each(TARGETS)('%s', (text, targets) => {
    expect(parseOneRule(text).targets).toEqual(targets);
  });

  it('of one family asks for the family, once', () => {
    expect(parseOneRule('dnat ip to 10.0.0.1').matches).toEqual([v4]);
    expect(parseOneRule('reject with icmpv6 no-route').matches).toEqual([v6]);
    expect(parseOneRule('ip daddr != 127.0.0.1 dnat ip to 10.0.0.1').matches).toHaveLength(1);
    expect(parseOneRule('snat to 10.0.0.1', 'ip').matches).toEqual([]);
  });

  it('lets a test pass a log, which changes nothing', () => {
    const { matches, targets } = parseOneRule('log tcp dport 80 accept');
    expect(matches).toHaveLength(1);
    expect(targets.map(({ kind }) => kind)).toEqual(['continue', 'accept']);
  });
});

describe('the text of a rule', () => {
  it.each([
    ['tcp dport 80 counter packets 3 bytes 99 accept # handle 7', 'tcp dport 80 accept'],
    [
      'tcp dport 80 counter accept comment "counter packets 1 bytes 2 # x"',
      'tcp dport 80 accept comment "counter packets 1 bytes 2 # x"',
    ],
    ['tcp dport { 1, 2,\n\t\t\t     3 } accept', 'tcp dport { 1, 2, 3 } accept'],
    ['  tcp   dport 80   accept  ', 'tcp dport 80 accept'],
  ])('%j is quoted as %j', (text, quoted) => {
    expect(parseOneRule(text).text).toBe(quoted);
  });
});

describe('rules in tables of iptables-nft', () => {
  const inTable = (rules: string, name = 'nat') => {
    const text = `table ip ${name} {\n\tset s {\n\t\ttype inet_service\n\t\telements = { 80 }\n\t}\n\tchain OUTPUT {\n\t\ttype nat hook output priority -100; policy accept;\n${rules}\n\t}\n}\n`;
    return parseNft(text, { source: 'x' }).tables[0];
  };

  it('name the protocol of their ports, which xtables leaves to -p', () => {
    const rule = inTable('\t\tudp dport 53 counter packets 0 bytes 0 accept')?.chains[0]?.rules[0];
    expect(rule?.matches).toEqual([
      { kind: 'protocol', negated: false, protocol: 17 },
      { kind: 'udp', destinationPort: { negated: false, value: [single(53)] } },
    ]);
  });

  it('are those of nft where they ask for the owner in its words', () => {
    const rules = inTable('\t\tmeta skuid 1 accept\n\t\tskuid 1 accept')?.chains[0]?.rules;
    expect(rules?.map(({ native }) => native)).toEqual([true, undefined]);
  });

  it('leave open what is in a set that rules add to', () => {
    const opaque = inTable('\t\tadd @s { tcp dport }\n\t\ttcp dport @s accept')?.chains[0]?.rules[1];
    expect(opaque?.matches.at(-1)).toMatchObject({ kind: 'opaque', module: 'tcp' });
    const known = inTable('\t\ttcp dport @s accept')?.chains[0]?.rules[0];
    expect(known?.matches.at(-1)).toEqual({ kind: 'tcp', destinationPort: { negated: false, value: [single(80)] } });
  });

  it('are one that may do anything where they stand beside connection tracking', () => {
    const at = (priority: string, rule: string) => {
      const chain = `chain c {\n\t\ttype filter hook output priority ${priority}; policy accept;\n\t\t${rule}\n\t}`;
      return parseNft(`table ip x {\n\t${chain}\n}\n`, { source: 'x' }).tables[0]?.chains[0]?.rules[0];
    };
    expect(at('-200', 'notrack')).toMatchObject({ matches: [{ kind: 'unknown' }], targets: [{ kind: 'unknown' }] });
    expect(at('-201', 'notrack')).toMatchObject({ targets: [{ kind: 'ct', notrack: true }] });
    expect(at('-200', 'tcp dport 80 counter')).toMatchObject({ targets: [] });
  });

  it('know fragments', () => {
    const matches = (text: string) => inTable(`\t\t${text} accept`)?.chains[0]?.rules[0]?.matches;
    expect(matches('ip frag-off & 8191 != 0')).toEqual([{ kind: 'fragment', negated: false }]);
    expect(matches('ip frag-off & 0x1fff == 0')).toEqual([{ kind: 'fragment', negated: true }]);
    expect(matches('ip frag-off & 8192 != 0')).toMatchObject([{ kind: 'opaque' }]);
  });
});
