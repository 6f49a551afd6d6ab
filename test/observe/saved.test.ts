import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { observeRules } from '../../src/observe/index.ts';

const file = (name: string) => readFileSync(new URL(`../fixtures/${name}.txt`, import.meta.url), 'utf8');
const save = file('collect/recorded/nft-save.v4.stdout');
const one = (text: string, options = {}) => observeRules([{ name: 'rules.txt', text }], options);
const tables = (pod: ReturnType<typeof one>) =>
  pod.ruleset.tables.map((table) => `${table.backend} ${table.family} ${table.name}`);

describe('forms', () => {
  test('a save covers the tables that it shows, and all of its family with its command', () => {
    const pod = one(save);
    expect(tables(pod)).toEqual(['iptables-nft ipv4 raw', 'iptables-nft ipv4 nat']);
    expect(pod.coverage).toContainEqual({ family: 'ipv4', tables: ['raw', 'nat'] });
    const asked = one(`root@web:/# iptables-save\n${save}`);
    expect(asked.coverage).toContainEqual({ family: 'ipv4', tables: 'all' });
    expect(pod.obstacles).toEqual([]);
    expect(pod).toMatchObject({ sockets: null, routing: null });
  });

  test('-S covers the one table that it shows', () => {
    const pod = one(file('collect/recorded/nft-S.stdout'));
    expect(pod.ruleset.tables.map(({ family, name }) => [family, name])).toEqual([['ipv4', 'nat']]);
    expect(pod.coverage).toEqual([{ family: 'ipv4', tables: ['nat'] }]);
  });

  test.each(['nft-text', 'nft-json'])('%s', (name) => {
    const pod = one(file(`collect/recorded/${name}.stdout`));
    expect(tables(pod)).toContain('nftables inet istio-proxy-nat');
    expect(pod.obstacles).toEqual([]);
  });

  test('nft next to a save: each table once, in its own words', () => {
    const nft = file('collect/recorded/nft-text.stdout');
    const pod = observeRules([
      { name: 'a', text: save },
      { name: 'b', text: nft },
    ]);
    expect(pod.ruleset.tables.map(({ family, name }) => `${family} ${name}`).sort()).toEqual([
      'inet istio-proxy-nat',
      'ipv4 nat',
      'ipv4 raw',
      'ipv6 mangle',
    ]);
    const nat = pod.ruleset.tables.find(({ name }) => name === 'nat');
    expect(nat?.chains.flatMap((chain) => chain.rules)[0]?.text).toMatch(/^-A /);
  });

  test('the family that is forced', () => {
    expect(one('-P OUTPUT ACCEPT\n', { family: 'ipv6' }).ruleset.tables[0]?.family).toBe('ipv6');
  });

  test('an empty legacy table', () => {
    const pod = one(file('collect/recorded/legacy-save.v4.stdout'));
    expect(tables(pod)).toEqual(['iptables-legacy ipv4 filter', 'iptables-legacy ipv4 nat']);
    expect(pod.emptyLegacyTables).toEqual([{ family: 'ipv4', name: 'filter' }]);
  });

  test('sockets, named or recognised', () => {
    const socketsText = { name: 'ss.txt', text: file('ss/tcp-udp-netid') };
    expect(one(save, { socketsText }).sockets).toHaveLength(32);
    expect(observeRules([{ name: 'a', text: save }, socketsText]).sockets).toHaveLength(32);
    const garbage = one(save, { socketsText: { name: 'ss.txt', text: 'nonsense' } });
    expect(garbage).toMatchObject({ sockets: null, obstacles: [{ code: 'NAT1003', concerns: 'sockets' }] });
  });
});

describe('a table in two texts', () => {
  const policies = ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map((name) => `-P ${name} ACCEPT\n`).join('');
  const chains = `${policies}-N ISTIO_OUTPUT\n-N ISTIO_REDIRECT\n-A OUTPUT -p tcp -j ISTIO_OUTPUT\n`;
  const ipv4 = `${chains}-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN\n-A ISTIO_OUTPUT -j ISTIO_REDIRECT\n`;
  const read = (...texts: string[]) => observeRules(texts.map((text, at) => ({ name: `${at}.txt`, text })));

  test.each([
    ['first', [chains, ipv4]],
    ['last', [ipv4, chains]],
    ['beside another rule', [ipv4, ipv4.replace('127.0.0.1/32', '10.0.0.0/8')]],
    ['beside the listing of nft', [ipv4, 'table ip nat {\n\tchain ISTIO_REDIRECT {\n\t\taccept\n\t}\n}\n']],
  ])('with different rules (%s): no answer rests on either', (_, texts) => {
    const { ruleset, obstacles } = read(...texts);
    expect(obstacles).toMatchObject([{ code: 'NAT1003', concerns: 'rules' }]);
    expect(obstacles[0]?.message).toContain('0.txt and 1.txt show the table nat (ipv4) with different rules');
    expect(ruleset.tables).toEqual([]);
  });

  test('is no contradiction where both say the same, or one is of IPv6', () => {
    expect(read(ipv4, ipv4)).toMatchObject({ obstacles: [], ruleset: { tables: [{ name: 'nat' }] } });
    expect(
      read(ipv4, ipv4.replace('127.0.0.1/32', '::1/128').replace(/-A ISTIO_OUTPUT -j ISTIO_REDIRECT\n$/, '')).obstacles,
    ).toEqual([]);
    expect(read(ipv4, `# ip6tables -t nat -S\n${chains}`).obstacles).toEqual([]);
    expect(read(ipv4, '-P OUTPUT ACCEPT\n').obstacles).toEqual([]);
  });
});

describe('what a text says of itself', () => {
  const table = '*nat\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';

  test.each([
    "# Table `raw' is incompatible, use 'nft' tool.\n",
    "# Table `nat' contains incompatible base-chains, use 'nft' tool to list them.\n",
  ])('it does not show all: %j', (said) => {
    for (const text of [`${said}${table}`, `${table}${said}`]) {
      expect(one(text).obstacles).toMatchObject([
        { code: 'NAT1003', remedy: expect.stringContaining('nft list ruleset') },
      ]);
    }
    const nft = { name: 'b', text: 'table ip nat {\n}\n' };
    expect(observeRules([{ name: 'a', text: `${said}${table}` }, nft]).obstacles).toEqual([]);
  });

  test.each(['once upon a time', '# -A OUTPUT -j ACCEPT', '#', 'p tcp -j ACCEPT', '123'])(
    'a line inside a table that iptables did not print: %j',
    (line) => {
      const [obstacle] = one(table.replace('COMMIT', `${line}\nCOMMIT`)).obstacles;
      expect(obstacle).toMatchObject({ code: 'NAT1003', message: expect.stringContaining('line 3') });
      expect(one(`${line}\n${table}`).obstacles).toEqual([]);
    },
  );

  test("the tool's own comments mean nothing", () => {
    const own = '# Completed on Sun Nov 22 21:47:50 2026';
    const warning = '# Warning: iptables-legacy tables present, use iptables-legacy-save to see them';
    expect(one(table.replace('COMMIT', `${own}\n${warning}\nCOMMIT`)).obstacles).toEqual([]);
  });
});

describe('no rules', () => {
  test.each(['', '\n \n'])('an empty file (%j) does not say that there are none', (text) => {
    expect(one(text).obstacles).toMatchObject([{ code: 'NAT1003', message: expect.stringContaining('rules.txt') }]);
    const next = observeRules([
      { name: 'v4', text: save },
      { name: 'v6', text },
    ]);
    expect(next.obstacles).toEqual([]);
    expect(next.diagnostics).toContainEqual(expect.objectContaining({ source: 'v6', severity: 'note' }));
  });

  test('text that is nothing of all this: what it begins with, and what would be accepted', () => {
    const [obstacle] = one('\u001b[31monce upon a time\n').obstacles;
    expect(obstacle).toMatchObject({ code: 'NAT1003', remedy: expect.stringContaining('iptables-save') });
    expect(obstacle?.message).toContain('"[31monce upon a time"');
  });

  test('the message of a tool without rights', () => {
    const [obstacle] = one(file('collect/recorded/proxy.nft-save.stderr')).obstacles;
    expect(obstacle).toMatchObject({ code: 'NAT1001', remedy: expect.stringContaining('kubectl debug') });
  });

  test('nothing but sockets', () => {
    expect(one(file('ss/tcp')).obstacles).toMatchObject([{ code: 'NAT1003', concerns: 'rules' }]);
  });
});

test('a save that was cut is an obstacle', () => {
  expect(one(save.slice(0, save.lastIndexOf('COMMIT'))).obstacles).toMatchObject([{ code: 'NAT1003' }]);
});

test('never throws', () => {
  const words = ['collect/recorded/nft-save.v4.stdout', 'collect/recorded/nft-S.stdout', 'ss/tcp'].flatMap((name) =>
    file(name).split(/(?<=\s)/),
  );
  const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary' })), { maxLength: 40 });
  fc.assert(
    fc.property(text, (parts) => Array.isArray(one(parts.join('')).obstacles)),
    { numRuns: 300 },
  );
});

describe('the first line of a save, which says who printed it', () => {
  test('is that of the others where it was cut off', () => {
    const save = `# Generated by iptables-save v1.8.9 (nf_tables) on DATE
*mangle
:PREROUTING ACCEPT [0:0]
COMMIT
# Generated by iptables-save v1.8.9 (nf_tables) on DATE
*nat
:PREROUTING ACCEPT [0:0]
COMMIT
`;
    const { ruleset } = observeRules([{ name: 'x', text: save.slice(save.indexOf('\n') - 4) }]);
    expect(ruleset.tables.map(({ backend }) => backend)).toEqual(['iptables-nft', 'iptables-nft']);
  });
});

describe('a table of which nothing says the family', () => {
  const nat = '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 10.0.0.1/32 -j ACCEPT\nCOMMIT\n';
  const mangle = (rules: string) => `*mangle\n:PREROUTING ACCEPT [0:0]\n${rules}COMMIT\n`;
  const told = (...texts: string[]) =>
    observeRules(texts.map((text, at) => ({ name: `text-${at}`, text }))).obstacles.map(({ message }) => message);
  const UNSAID = /^nothing in text-1 says whether its table mangle is of IPv4 or of IPv6$/;

  test('may be of the other beside one of which it is known', () => {
    expect(told(nat, mangle('-A PREROUTING -j ACCEPT\n'))).toMatchObject([expect.stringMatching(UNSAID)]);
  });

  test('is of that of the others of its text, and of no matter where it is empty or alone', () => {
    for (const texts of [
      [nat + mangle('-A PREROUTING -j ACCEPT\n')],
      [nat, mangle('')],
      [mangle('-A PREROUTING -j ACCEPT\n')],
    ])
      expect(told(...texts).filter((one) => one.startsWith('nothing in'))).toEqual([]);
  });
});
