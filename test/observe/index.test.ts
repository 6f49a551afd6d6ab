import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../src/model/pod.ts';
import { observe } from '../../src/observe/index.ts';
import { captureWith, type Said } from './capture.ts';

const file = (name: string) =>
  readFileSync(new URL(`../fixtures/collect/recorded/${name}.txt`, import.meta.url), 'utf8');
const recorded = (name: string): Said => ({
  stdout: file(`${name}.stdout`),
  stderr: file(`${name}.stderr`),
  exitCode: Number(file(`${name}.status`)),
});
const MISSING: Said = { failure: 'not-found' };
const NAMES = '/proc/net/ip_tables_names';
const FORBIDDEN = { error: 'forbidden', message: 'this user may not read it' } as const;

const tables = (pod: Pod) => pod.ruleset.tables.map((table) => `${table.backend} ${table.family} ${table.name}`);
const codes = (pod: Pod) => pod.obstacles.map((obstacle) => obstacle.code);
const ALL = [
  { family: 'ipv4', tables: 'all' },
  { family: 'ipv6', tables: 'all' },
];

const EVERYTHING = {
  'legacy-save-ipv4': recorded('legacy-save.v4'),
  'nft-save-ipv4': recorded('nft-save.v4'),
  'nft-save-ipv6': recorded('nft-save.v6'),
  'nft-ruleset': recorded('nft-text'),
  'nft-ruleset-json': recorded('nft-json'),
} as const;
const LISTED = { [NAMES]: { text: file('names.v4.stdout') } };

describe('rules that could be read', () => {
  test('a namespace without rules is known to have none', () => {
    expect(observe(captureWith())).toMatchObject({
      ruleset: { tables: [] },
      coverage: ALL,
      obstacles: [],
      sockets: [],
    });
  });

  test('all backends, each through its own tool, in the order of the kernel', () => {
    const pod = observe(captureWith(EVERYTHING, LISTED));
    expect(tables(pod)).toEqual([
      'iptables-legacy ipv4 filter',
      'iptables-legacy ipv4 nat',
      'iptables-nft ipv4 nat',
      'iptables-nft ipv6 mangle',
      'nftables inet istio-proxy-nat',
      'nftables ipv4 raw',
    ]);
    expect(pod.obstacles).toEqual([]);
    expect(pod.coverage).toEqual(ALL);
    expect(pod.emptyLegacyTables).toEqual([{ family: 'ipv4', name: 'filter' }]);
    const nat = pod.ruleset.tables[2]?.chains.find((chain) => chain.name === 'ISTIO_REDIRECT');
    expect(nat?.rules[0]?.text).toBe('-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001');
  });

  test('a rule written with nft into a table of iptables is taken from nft, whatever iptables-nft-save makes of it', () => {
    expect(file('nft-save.v4.stdout')).toContain('-A OUTPUT -p tcp -j ACCEPT');
    const raw = observe(captureWith(EVERYTHING, LISTED)).ruleset.tables.find((table) => table.name === 'raw');
    expect(raw?.chains[0]?.rules[0]?.text).toContain('80');
  });

  test('without the JSON of nft nothing is a witness of what its tables hold: names can forge its text', () => {
    const refused = { exitCode: 1, stderr: 'Error: JSON support not compiled-in\n' };
    const pod = observe(captureWith({ ...EVERYTHING, 'nft-ruleset-json': refused }, LISTED));
    expect(pod.obstacles).toMatchObject([
      { code: 'NAT1003', concerns: 'rules', message: expect.stringContaining('JSON support not compiled-in') },
    ]);
    expect(tables(pod).filter((table) => table.startsWith('nftables'))).toEqual([]);
    expect(pod.coverage).not.toContainEqual({ family: 'ipv4', tables: 'all' });
  });

  test('a kernel without legacy iptables has no list of its tables', () => {
    const gone = { error: 'missing', message: 'there is no such file' } as const;
    expect(observe(captureWith({}, { [NAMES]: gone })).obstacles).toEqual([]);
    const noProc = observe(captureWith({}, { [NAMES]: gone, '/proc/self/status': gone }));
    expect(noProc.obstacles).toMatchObject([{ code: 'NAT1003', remedy: expect.stringContaining('/proc') }]);
  });
});

describe('rights', () => {
  const proxy = {
    'nft-save-ipv4': recorded('proxy.nft-save'),
    'nft-save-ipv6': recorded('proxy.nft-save'),
    'nft-ruleset': recorded('proxy.nft-text'),
    'nft-ruleset-json': recorded('proxy.nft-json'),
  };
  const nobody = { '/proc/self/status': { text: 'Uid:\t1337\t1337\t1337\t1337\nCapEff:\t0000000000000000\n' } };

  test('istio-proxy: one obstacle that names all that is lacking and the ways in', () => {
    const files = { ...nobody, [NAMES]: FORBIDDEN, '/proc/net/ip6_tables_names': FORBIDDEN };
    const pod = observe(captureWith(proxy, files, { POD_NAME: 'web-1', POD_NAMESPACE: 'shop' }));
    expect(codes(pod)).toEqual(['NAT1001']);
    const [obstacle] = pod.obstacles;
    expect(obstacle?.message).toContain('uid 1337) lacks CAP_NET_ADMIN and CAP_NET_RAW');
    expect(obstacle?.message).not.toContain('must be root');
    expect(obstacle?.remedy).toContain('kubectl debug -it -n shop web-1 --profile=netadmin');
    expect(obstacle?.remedy).toContain('nsenter -t PID -n istio-nat check');
    expect(obstacle?.remedy).toContain('istio-nat check --rules -');
    expect(pod).toMatchObject({ ruleset: { tables: [] }, coverage: [], sockets: [] });
  });

  test('root without capabilities knows that there are no legacy tables', () => {
    const status = { '/proc/self/status': { text: 'Uid:\t0\t0\t0\t0\nCapEff:\t0000000000000000\n' } };
    const [obstacle, ...more] = observe(captureWith(proxy, status)).obstacles;
    expect(more).toEqual([]);
    expect(obstacle?.message).toContain('lacks CAP_NET_ADMIN.');
    expect(obstacle?.message).not.toContain('legacy');
  });

  test('CAP_NET_ADMIN alone: nft is seen, legacy is not, and no table can be said to be missing', () => {
    const status = { '/proc/self/status': { text: 'Uid:\t0\t0\t0\t0\nCapEff:\t0000000000001000\n' } };
    const pod = observe(
      captureWith({ ...EVERYTHING, 'legacy-save-ipv4': recorded('admin.legacy-save') }, { ...LISTED, ...status }),
    );
    expect(codes(pod)).toEqual(['NAT1001']);
    expect(pod.obstacles[0]?.message).toContain('iptables-legacy (ipv4)');
    expect(pod.obstacles[0]?.message).toContain('lacks CAP_NET_RAW.');
    expect(pod.coverage).toEqual([
      { family: 'ipv4', tables: ['nat', 'istio-proxy-nat', 'raw'] },
      { family: 'ipv6', tables: 'all' },
    ]);
  });
});

describe('tools that are not there', () => {
  test('without iptables-nft-save nft shows its rules, as far as it can', () => {
    const pod = observe(captureWith({ ...EVERYTHING, 'nft-save-ipv4': MISSING, 'nft-save-ipv6': MISSING }, LISTED));
    expect(pod.obstacles).toEqual([]);
    expect(pod.diagnostics.filter(({ message }) => message.includes('cannot be run here'))).toHaveLength(2);
    expect(tables(pod)).toContain('iptables-nft ipv4 nat');
    expect(pod.coverage).toEqual(ALL);
  });

  test('without nft its own tables are unknown', () => {
    const pod = observe(captureWith({ ...EVERYTHING, 'nft-ruleset': MISSING, 'nft-ruleset-json': MISSING }, LISTED));
    expect(pod.obstacles).toMatchObject([
      { code: 'NAT1002', concerns: 'rules', message: expect.stringContaining('nftables') },
    ]);
    expect(tables(pod)).toContain('iptables-nft ipv4 nat');
  });

  test('without both nothing is known of either', () => {
    const none = {
      'nft-save-ipv4': MISSING,
      'nft-save-ipv6': MISSING,
      'nft-ruleset': MISSING,
      'nft-ruleset-json': MISSING,
    };
    const pod = observe(captureWith(none));
    expect(codes(pod)).toEqual(['NAT1002', 'NAT1002', 'NAT1002']);
    expect(pod.coverage).toEqual([]);
  });

  test('legacy tables without a legacy tool', () => {
    const pod = observe(captureWith({ 'legacy-save-ipv4': MISSING }, LISTED));
    expect(pod.obstacles).toMatchObject([
      { code: 'NAT1002', message: expect.stringContaining('iptables-legacy (ipv4)') },
    ]);
  });
});

describe('tools that fail', () => {
  const withSave = (said: Said) =>
    observe(captureWith({ ...EVERYTHING, 'nft-save-ipv4': said, 'nft-ruleset': MISSING }, LISTED));

  test.each([
    [
      'an exit status',
      { exitCode: 3, stderr: '# Warning: x\niptables-nft-save: \u001b[31mno\n' },
      'exit status 3: iptables-nft-save: [31mno',
    ],
    ['a time limit', { failure: 'timed-out', stdout: '*nat\n' }, 'timed-out'],
    ['too much output', { failure: 'too-much-output' }, 'too-much-output'],
    ['a signal', { failure: 'killed', exitCode: 0 }, 'killed'],
  ] as const)('%s', (_, said, message) => {
    const pod = withSave(said);
    expect(pod.obstacles).toMatchObject([
      { code: 'NAT1003', concerns: 'rules', message: expect.stringContaining(message) },
    ]);
    expect(pod.obstacles[0]?.remedy).toContain('iptables-nft-save');
    const nat = pod.ruleset.tables.find(({ backend, name }) => backend === 'iptables-nft' && name === 'nat');
    expect(nat?.chains.flatMap(({ rules }) => rules.map(({ text }) => text)).join()).toContain('xt target REDIRECT');
  });

  test('an exit status is of no account where nft shows all rules', () => {
    const failed = { exitCode: 3, stderr: 'iptables-nft-save: Parsing nftables rule failed\n' };
    expect(observe(captureWith({ 'nft-save-ipv4': failed })).obstacles).toEqual([]);
  });

  test('garbage with exit status 0', () => {
    expect(codes(withSave('once upon a time\n\u0001\u0002'))).toEqual(['NAT1003']);
  });

  test('a save that was cut', () => {
    const whole = file('nft-save.v4.stdout');
    const cut = whole.slice(0, whole.lastIndexOf('COMMIT'));
    const pod = observe(captureWith({ ...EVERYTHING, 'nft-save-ipv4': cut }, LISTED));
    expect(codes(pod)).toEqual(['NAT1003']);
  });

  test('a legacy table that the kernel lists and the tool does not show', () => {
    const pod = observe(captureWith({ 'legacy-save-ipv4': '' }, LISTED));
    expect(pod.obstacles).toMatchObject([{ code: 'NAT1003', message: expect.stringContaining('filter, nat') }]);
  });

  test('nft that prints nonsense', () => {
    const pod = observe(captureWith({ 'nft-ruleset': 'what is this', 'nft-ruleset-json': '{"nftables": [' }));
    expect(codes(pod)).toEqual(['NAT1003']);
  });

  test('a table that iptables-nft-save declines is read from nft, and unknown without it', () => {
    const said = "# Table `nat' is incompatible, use 'nft' tool.\n";
    const pod = observe(captureWith({ ...EVERYTHING, 'nft-save-ipv4': said }, LISTED));
    expect(pod.obstacles).toEqual([]);
    expect(tables(pod)).toContain('iptables-nft ipv4 nat');
    const without = observe(
      captureWith({ 'nft-save-ipv4': said, 'nft-ruleset': MISSING, 'nft-ruleset-json': MISSING }),
    );
    expect(codes(without)).toEqual(['NAT1002']);
  });
});

test('every obstacle says what to do, and nothing in it controls a terminal', () => {
  const evil = { exitCode: 1, stderr: '\u001b]0;x\u0007\u202e\n' };
  const all = Object.fromEntries(Object.keys(EVERYTHING).map((question) => [question, evil]));
  for (const obstacle of observe(captureWith(all, LISTED)).obstacles) {
    expect(obstacle.remedy.length).toBeGreaterThan(20);
    expect(`${obstacle.message}${obstacle.remedy}`).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
});

const corpus = new URL(
  `${process.env.ISTIO_NAT_CORPUS ?? '../../../shared/corpus'}/mixtures/all.jsonl`,
  import.meta.url,
);

describe.skipIf(!existsSync(corpus))('the recorded mixtures', () => {
  interface Case {
    readonly id: string;
    readonly recorded: Readonly<Record<string, string>>;
  }
  const cases = existsSync(corpus)
    ? readFileSync(corpus, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Case)
    : [];
  const expected: Readonly<Record<string, { tables: readonly string[]; empty?: readonly string[] }>> = {
    'ambient-nft-plus-ambient-iptables': {
      tables: [
        ...['iptables-legacy ipv4 raw', 'iptables-legacy ipv4 nat', 'iptables-legacy ipv4 mangle'],
        ...['nftables inet istio-ambient-nat', 'nftables inet istio-ambient-mangle', 'nftables inet istio-ambient-raw'],
      ],
    },
    'ambient-plus-sidecar-iptables': {
      tables: ['iptables-nft ipv4 nat', 'iptables-nft ipv4 mangle', 'iptables-nft ipv4 raw'],
    },
    'double-programmed': { tables: ['iptables-legacy ipv4 nat', 'iptables-nft ipv4 nat'] },
    'filter-probe-residue-then-nft': {
      tables: ['iptables-legacy ipv4 filter', 'iptables-nft ipv4 filter', 'iptables-nft ipv4 nat'],
      empty: ['filter'],
    },
    'guardrails-left-behind': {
      tables: ['filter', 'raw', 'nat', 'mangle'].map((name) => `iptables-legacy ipv4 ${name}`),
    },
    'legacy-only': { tables: ['iptables-legacy ipv4 nat'] },
    'native-nft-plus-iptables-nft': { tables: ['iptables-nft ipv4 nat', 'nftables inet istio-proxy-nat'] },
    'native-nft-plus-legacy': { tables: ['iptables-legacy ipv4 nat', 'nftables inet istio-proxy-nat'] },
    'probe-residue-then-nft': { tables: ['iptables-legacy ipv4 nat', 'iptables-nft ipv4 nat'], empty: ['nat'] },
    'read-created-legacy-table': { tables: ['iptables-legacy ipv4 nat'], empty: ['nat'] },
  };

  test.each(cases)('$id', ({ id, recorded: text }) => {
    const legacy = text['legacy.v4.save'] ?? '';
    const pod = observe(
      captureWith(
        {
          'legacy-save-ipv4': legacy === '' ? null : legacy,
          'nft-save-ipv4': { stdout: text['nft.v4.save'] ?? '', stderr: text['nft.v4.save.stderr'] ?? '' },
          'nft-ruleset': { stdout: text['ruleset.nft'] ?? '', stderr: text['ruleset.nft.stderr'] ?? '' },
          'nft-ruleset-json': text['ruleset.json'] ?? '',
        },
        { [NAMES]: { text: text.ip_tables_names ?? '' } },
      ),
    );
    const wanted = expected[id.slice('mixtures/'.length)];
    expect(pod.obstacles).toEqual([]);
    expect(pod.coverage).toEqual(ALL);
    expect(tables(pod)).toEqual(wanted?.tables);
    expect(pod.emptyLegacyTables.map((table) => table.name)).toEqual(wanted?.empty ?? []);
  });
});
