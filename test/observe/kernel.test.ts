import { describe, expect, test } from 'vitest';
import { observe } from '../../src/observe/index.ts';
import { captureWith, type Said } from './capture.ts';

const element = (kind: string, fields: object) => ({ [kind]: { family: 'ip', table: 'nat', ...fields } });
const NAT = [
  element('table', { name: 'nat', handle: 1 }),
  element('chain', { name: 'OUTPUT', handle: 1, type: 'nat', hook: 'output', prio: -100, policy: 'accept' }),
];
const rule = (...expr: object[]) => element('rule', { chain: 'OUTPUT', handle: 2, expr });
const TCP = { match: { op: '==', left: { meta: { key: 'l4proto' } }, right: 'tcp' } };
const REDIRECT = { xt: { type: 'target', name: 'REDIRECT' } };
const COUNTER = { counter: { packets: 0, bytes: 0 } };
const json = (...elements: object[]) => JSON.stringify({ nftables: [{ metainfo: {} }, ...elements] });
const save = (...rules: string[]) =>
  ['*nat', ':PREROUTING ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n');
const text = (...lines: string[]) =>
  [
    'table ip nat {',
    '\tchain OUTPUT {',
    '\t\ttype nat hook output priority -100; policy accept;',
    ...lines.map((line) => `\t\t${line}`),
    '\t}',
    '}',
    '',
  ].join('\n');

const seen = (said: { json: Said; save?: Said; text?: Said }) => {
  const { ruleset, obstacles } = observe(
    captureWith({ 'nft-ruleset-json': said.json, 'nft-save-ipv4': said.save ?? '', 'nft-ruleset': said.text ?? '' }),
  );
  const table = ruleset.tables.find(({ name }) => name === 'nat');
  return { table, obstacles, rules: table?.chains.flatMap(({ rules }) => rules.map(({ text: written }) => written)) };
};

describe('a rule of iptables-nft', () => {
  const kernel = json(...NAT, rule(TCP, COUNTER, REDIRECT));

  test('has the words of its own tool where the kernel agrees with them', () => {
    const words = '-A OUTPUT -p tcp -j REDIRECT --to-ports 15001';
    expect(seen({ json: kernel, save: save(words) })).toMatchObject({ obstacles: [], rules: [words] });
  });

  test.each([
    ['-A OUTPUT -p udp -j REDIRECT --to-ports 15001'],
    ['-A OUTPUT -p tcp -o q -j REDIRECT --to-ports 15001'],
    ['-A OUTPUT -p tcp -m owner --uid-owner 1 -j REDIRECT --to-ports 15001'],
    ['-A OUTPUT -p tcp -j ACCEPT'],
    ['-A OUTPUT -p tcp'],
  ])('stays the kernel’s where its tool prints %s', (words) => {
    expect(seen({ json: kernel, save: save(words) })).toMatchObject({
      rules: ['meta l4proto tcp xt target REDIRECT'],
    });
  });

  test('is nobody’s where the tool prints more of them, or fewer', () => {
    const words = '-A OUTPUT -p tcp -j REDIRECT --to-ports 15001';
    expect(seen({ json: kernel, save: save(words, words) }).rules).toEqual(['meta l4proto tcp xt target REDIRECT']);
    expect(seen({ json: kernel, save: save() }).rules).toEqual(['meta l4proto tcp xt target REDIRECT']);
  });

  test('has the words of nft’s text where its own tool has none', () => {
    const words = 'meta l4proto tcp counter packets 0 bytes 0 redirect to :15001';
    expect(seen({ json: kernel, save: { exitCode: 1 }, text: text(words) })).toMatchObject({
      obstacles: [],
      rules: ['meta l4proto tcp redirect to :15001'],
    });
    const other = 'meta l4proto udp counter packets 0 bytes 0 redirect to :15001';
    expect(seen({ json: kernel, save: { exitCode: 1 }, text: text(other) })).toMatchObject({
      obstacles: [{ code: 'NAT1003' }],
      rules: ['meta l4proto tcp xt target REDIRECT'],
    });
  });
});

describe('a chain that is listed alone', () => {
  test('has the words for its rules where the table cannot be printed', () => {
    const kernel = json(...NAT, rule(TCP, COUNTER, REDIRECT), rule(COUNTER, { dnat: { addr: '10.0.0.9' } }));
    const listed = '-P OUTPUT ACCEPT\n-A OUTPUT -p tcp -j REDIRECT --to-ports 15001\n-A OUTPUT\n';
    const incompatible = "# Table `nat' is incompatible, use 'nft' tool.\n";
    const { ruleset, obstacles } = observe(
      captureWith({ 'nft-ruleset-json': kernel, 'nft-save-ipv4': incompatible, 'nft-chain-ipv4': listed }),
    );
    expect(obstacles).toEqual([]);
    expect(ruleset.tables[0]?.chains[0]?.rules).toMatchObject([
      { text: '-A OUTPUT -p tcp -j REDIRECT --to-ports 15001' },
      { text: 'dnat to 10.0.0.9', native: true },
    ]);
  });
});

describe('what iptables-nft-save leaves out', () => {
  test('base chains of nft’s in a table of iptables, and where chains are attached', () => {
    const evil = element('chain', { name: 'evil', type: 'nat', hook: 'output', prio: -150, policy: 'drop' });
    const early = element('chain', { name: 'OUTPUT', type: 'nat', hook: 'output', prio: -120, policy: 'accept' });
    const { table } = seen({ json: json(NAT[0] ?? {}, early, evil), save: save() });
    expect(table?.chains).toMatchObject([
      { name: 'OUTPUT', base: { priority: -120 } },
      { name: 'evil', base: { priority: -150, policy: 'drop' } },
      { name: 'PREROUTING', rules: [] },
    ]);
  });

  test('rules that only nft can have written: they do what nft’s do', () => {
    const owner = { match: { op: '!=', left: { meta: { key: 'skuid' } }, right: 1337 } };
    const kernel = json(...NAT, rule(TCP, COUNTER, REDIRECT), rule(owner, COUNTER, { accept: null }));
    const words = ['-A OUTPUT -p tcp -j REDIRECT --to-ports 15001', '-A OUTPUT -j ACCEPT'];
    const { table, rules } = seen({ json: kernel, save: save(...words) });
    expect(rules).toEqual([words[0], 'meta skuid != 1337 accept']);
    expect(table).toMatchObject({ backend: 'iptables-nft', chains: [{ rules: [{}, { native: true }] }, {}] });
    expect(table?.chains[0]?.rules[0]?.native).toBeUndefined();
  });
});

describe('flags of a table', () => {
  const flagged = element('table', { name: 'nat', handle: 1, flags: 'nat' });
  const off =
    'table ip nat {\n\tflags dormant\n\n\tchain OUTPUT {\n\t\ttype nat hook output priority -100; policy accept;\n\t}\n}\n';
  const kernel = json(flagged, ...NAT.slice(1));

  test.each(['nat', 0, ['nat'], null])('are read from the text where this nft prints %j in JSON', (flags) => {
    const json1 = json(element('table', { name: 'nat', handle: 1, flags }), ...NAT.slice(1));
    const { table, obstacles } = seen({ json: json1, text: off });
    expect(obstacles).toEqual([]);
    expect(table?.dormant).toBe(true);
    expect(table?.chains.find(({ name }) => name === 'OUTPUT')?.base).toBeUndefined();
    const owned = seen({ json: kernel, text: off.replace('dormant', 'owner') });
    expect(owned).toMatchObject({ obstacles: [], table: { chains: [{ base: { hook: 'OUTPUT' } }] } });
  });

  test.each([
    ['another table in front', `table ip nat {\n\tchain OUTPUT {\n\t}\n}\n${off}`],
    ['one rule more', off.replace('accept;\n', 'accept;\n\t\tcounter\n')],
    ['no text', { failure: 'not-found' } as const],
  ])('are not known where the text shows something else: %s', (_, said) => {
    expect(seen({ json: kernel, text: said }).obstacles).toMatchObject([{ code: 'NAT1003', concerns: 'rules' }]);
  });
});

describe('what nft says beside its listing', () => {
  test('an expression that it does not know is left out of the listing: not all was seen', () => {
    const said = { stdout: json(...NAT), stderr: "netlink: Error: unknown expression type 'inner'\n" };
    expect(seen({ json: said }).obstacles).toMatchObject([
      { code: 'NAT1003', message: expect.stringContaining("unknown expression type 'inner'") },
    ]);
  });

  test('its warning about the tables of iptables-nft is none', () => {
    const stderr = '# Warning: table ip nat is managed by iptables-nft, do not touch!\n';
    expect(seen({ json: { stdout: json(...NAT), stderr } }).obstacles).toEqual([]);
  });
});

describe('hooks that are not followed', () => {
  const table = { table: { family: 'netdev', name: 'x', handle: 5 } };
  const chain = (fields: object) => ({
    chain: {
      family: 'netdev',
      table: 'x',
      name: 'y',
      type: 'filter',
      hook: 'egress',
      prio: 0,
      policy: 'accept',
      ...fields,
    },
  });
  const inside = (...expr: object[]) => ({ rule: { family: 'netdev', table: 'x', chain: 'y', handle: 1, expr } });
  const codes = (...elements: object[]) => seen({ json: json(table, ...elements) }).obstacles.map(({ code }) => code);

  test('are open where a chain can do something, and named', () => {
    expect(codes(chain({ policy: 'drop' }))).toEqual(['NAT1004']);
    expect(codes(chain({}), inside(TCP, { drop: null }))).toEqual(['NAT1004']);
    expect(codes(chain({}), inside({ fwd: { dev: 'eth1' } }))).toEqual(['NAT1004']);
    expect(codes(chain({}), inside({ jump: { target: 'elsewhere' } }))).toEqual(['NAT1004']);
    const [obstacle] = seen({ json: json(table, chain({ policy: 'drop' })) }).obstacles;
    expect(obstacle?.remedy).toContain('nft list chain netdev x y');
    const hostile = { ...chain({ policy: 'drop' }) };
    hostile.chain.name = 'y; reboot';
    expect(seen({ json: json(table, hostile) }).obstacles[0]?.remedy).not.toContain('reboot');
  });

  test('do not matter where it only counts', () => {
    expect(codes(chain({}))).toEqual([]);
    expect(codes(chain({}), inside(TCP, COUNTER, { log: { prefix: 'x' } }))).toEqual([]);
    expect(codes(chain({}), inside(COUNTER, { accept: null }))).toEqual([]);
  });
});
