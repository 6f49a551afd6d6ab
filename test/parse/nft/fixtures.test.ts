import { describe, expect, it } from 'vitest';
import type { Match } from '../../../src/model/match.ts';
import type { Rule, Table } from '../../../src/model/ruleset.ts';
import { parseNft } from '../../../src/parse/nft/index.ts';
import { printNftRule } from '../../../src/print/nft/index.ts';
import { comparable, fixture, meaning, tablesOf } from './recordings.ts';

function rulesOf(tables: readonly Table[], chain: string): readonly Rule[] {
  return tables.flatMap(({ chains }) => chains.filter(({ name }) => name === chain)).flatMap(({ rules }) => rules);
}

function withoutCounters(tables: readonly Table[]): unknown {
  const chains = tables.flatMap((table) => table.chains);
  return chains.map(({ rules }) => rules.map(({ matches, targets }) => ({ matches, targets })));
}

/** What nft says of a map, or of an address that comes from one, has another shape in JSON; both are unknown. */
const UNALIKE = /vmap|map \{/;

describe('a listing of every form', () => {
  const text = parseNft(fixture('statements.list.nft'), { source: 'text' });
  const json = parseNft(fixture('statements.list.json'), { source: 'json' });

  it('has no errors in either form', () => {
    expect([...text.diagnostics, ...json.diagnostics].filter(({ severity }) => severity === 'error')).toEqual([]);
    expect([text.format, json.format]).toEqual(['nft', 'nft-json']);
  });

  it('means the same as text and as JSON, rule by rule', () => {
    const chains = text.tables.flatMap((table) => table.chains);
    const others = json.tables.flatMap((table) => table.chains);
    expect(others.map(({ name, base }) => ({ name, base }))).toEqual(chains.map(({ name, base }) => ({ name, base })));
    for (const [position, chain] of chains.entries()) {
      const alike = (rules: readonly Rule[] | undefined): unknown =>
        rules?.map((rule, at) =>
          UNALIKE.test(chain.rules[at]?.text ?? '') ? null : { ...meaning(rule), text: rule.text },
        );
      expect(alike(others[position]?.rules)).toEqual(alike(chain.rules));
    }
  });

  it('means the same with handles', () => {
    expect(comparable(tablesOf(fixture('statements.list-a.nft')), 'text')).toEqual(comparable(text.tables, 'text'));
  });

  it('means the same without counters', () => {
    expect(withoutCounters(tablesOf(fixture('statements.list-s.nft')))).toEqual(withoutCounters(text.tables));
  });

  it('means the same in numbers, but for what stays opaque', () => {
    const numeric = rulesOf(tablesOf(fixture('statements.list-n.nft')), 'same');
    for (const [position, rule] of rulesOf(text.tables, 'same').entries()) {
      if (
        isOpaque(rule.matches) ||
        rule.targets.some(({ kind }) => kind === 'reject' || kind === 'continue' || kind === 'unknown')
      ) {
        continue;
      }
      expect(meaning(numeric[position] ?? rule), rule.text).toEqual(meaning(rule));
    }
  });

  it('knows every base chain', () => {
    const bases = text.tables.flatMap(({ chains }) => chains.flatMap(({ base }) => (base ? [base] : [])));
    expect(bases.map(({ type, hook, priority, policy }) => [type, hook, priority, policy].join(' '))).toEqual([
      'filter PREROUTING -143 accept',
      'filter OUTPUT -3 drop',
      'route OUTPUT -150 accept',
      'nat OUTPUT -100 accept',
      'nat POSTROUTING 100 accept',
      'nat INPUT 100 accept',
      'filter INPUT 50 accept',
      'filter PREROUTING -150 accept',
      'filter OUTPUT -300 accept',
    ]);
  });

  it('keeps counters, and quotes the rule without them', () => {
    const rule = rulesOf(text.tables, 'same').find(({ counters }) => counters?.packets === 7);
    expect(rule?.counters).toEqual({ packets: 7, bytes: 400 });
    expect(rule?.text).toBe('jump target');
  });
});

function isOpaque(matches: readonly Match[]): boolean {
  return matches.some(({ kind }) => kind === 'opaque');
}

describe.each(['named.list.nft', 'named.list.json'])('%s', (name) => {
  const { tables, diagnostics } = parseNft(fixture(name), { source: name });
  const uses = rulesOf(tables, 'uses');

  it('reads a named set of one address as the address', () => {
    const network = { family: 'ipv4', address: 0x0af40107n, mask: 0xffffffffn };
    expect(uses[0]?.matches).toEqual([{ kind: 'destination', negated: false, network }]);
  });

  it('leaves a set of several blocks, a changing and an empty one by name', () => {
    const left = [1, 3, 4].map((position) => uses[position]?.matches.at(-1));
    expect(left.map((match) => (match?.kind === 'opaque' ? match.args.at(-1) : match))).toEqual([
      '@blocks',
      '@changing',
      '@empty',
    ]);
  });

  it('reads what sets are declared as and hold, but no maps', () => {
    const sets = tables.find((table) => table.name === 'named')?.sets ?? [];
    expect(sets.map(({ name, type, comment }) => [name, type, comment])).toEqual([
      ['one', 'ipv4_addr', 'a single address'],
      ['blocks', 'ipv4_addr', undefined],
      ['ports', 'inet_service', undefined],
      ['changing', 'ipv4_addr', undefined],
      ['empty', 'ipv4_addr', undefined],
    ]);
    expect(sets.map(({ elements }) => elements)).toEqual([
      [{ value: '10.244.1.7', comment: '4b3f0b7e-5a5e-4a77' }],
      [{ value: '1.1.1.1' }, { value: '10.0.0.0/8' }, { value: '192.168.1.5-192.168.1.9' }],
      [{ value: '80' }, { value: '443' }],
      null,
      [],
    ]);
    expect(sets.find(({ name }) => name === 'blocks')?.flags).toEqual(['interval']);
  });

  it('keeps the name of a set whose elements it put in its place', () => {
    const [one, blocks, inverted, changing] = uses.map(({ written }) => written);
    expect(one?.at(-1)).toEqual({ kind: 'opaque', module: 'ip', args: ['daddr', '@one'] });
    expect([blocks, changing]).toEqual([undefined, undefined]);
    expect(inverted?.at(-1)).toEqual({ kind: 'opaque', module: 'ip', args: ['daddr', '!=', '@blocks'] });
    expect(uses.slice(0, 6).map((rule) => printNftRule(rule))).toEqual(uses.slice(0, 6).map(({ text }) => text));
  });

  it('reads an inverted set as one inverted match for each of its blocks', () => {
    expect(uses[2]?.matches.map(({ kind }) => kind)).toEqual(['destination', 'destination', 'iprange']);
    expect(uses[2]?.text).toBe('ip daddr != @blocks accept');
  });

  it('reads a set of ports', () => {
    expect(uses[5]?.matches).toEqual([
      {
        kind: 'tcp',
        destinationPort: {
          negated: false,
          value: [
            { from: 80, to: 80 },
            { from: 443, to: 443 },
          ],
        },
      },
    ]);
  });

  it('leaves out tables of other families, and says so', () => {
    expect(tables.map((table) => table.name)).toEqual(['named', 'asleep']);
    const notes = diagnostics.filter(({ severity }) => severity === 'note').map(({ message }) => message.split(':')[0]);
    expect(notes).toEqual(
      expect.arrayContaining([
        'chain ingress (type filter hook ingress) is on a hook that is not followed here; it can drop packets there',
        'table arp resolution is left out',
        'table netdev early is left out',
      ]),
    );
  });
});

describe('a dormant table', () => {
  it('is attached to nothing', () => {
    const { tables, diagnostics } = parseNft(fixture('named.list.nft'), { source: 'text' });
    expect(tables.flatMap(({ chains }) => chains.filter(({ base }) => base !== undefined))).toEqual([]);
    expect(diagnostics.some(({ message }) => message.startsWith('table ip asleep is dormant'))).toBe(true);
  });

  it('cannot be told from one with another flag in the JSON of nft 1.0.6, which is an error', () => {
    const { diagnostics } = parseNft(fixture('named.list.json'), { source: 'json' });
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ message }) => message.split(';')[0])).toEqual([
      'table ip asleep has a flag that this nft does not name in JSON',
    ]);
  });

  it('is told by newer releases', () => {
    const json = fixture('named.list.json').replace('"flags": "asleep"', '"flags": ["dormant"]');
    expect(tablesOf(json).flatMap(({ chains }) => chains.filter(({ base }) => base !== undefined))).toEqual([]);
  });
});

describe('tables that iptables-nft wrote', () => {
  const { tables, diagnostics } = parseNft(fixture('translated.list.nft'), { source: 'text' });
  const find = (family: string, name: string): readonly Rule[] =>
    tables.find((table) => table.family === family && table.name === name)?.chains.flatMap(({ rules }) => rules) ?? [];

  it('are told apart from nft’s own, with a note that another tool shows all of them', () => {
    expect(tables.every(({ backend }) => backend === 'iptables-nft')).toBe(true);
    expect(diagnostics.filter(({ message }) => message.includes('iptables-nft'))).toHaveLength(tables.length);
  });

  it.each(['ipv4', 'ipv6'])('have the mark changes that iptables-nft-save shows (%s)', (family) => {
    expect(find(family, 'mangle').map(({ targets }) => targets)).toEqual([
      [{ kind: 'connmark-set', value: 0x111, mask: 0xfff }],
      [{ kind: 'mark', value: 0x10, mask: 0xf0 }],
    ]);
  });

  it('never lose a hidden target or match in silence', () => {
    const [redirect, , bare] = find('ipv6', 'nat');
    expect(redirect?.targets).toEqual([{ kind: 'unknown', raw: '(a target that nft may not have printed)' }]);
    expect(bare?.matches.at(-1)).toEqual({ kind: 'unknown', raw: '(a match that nft does not print)' });
    expect(find('ipv4', 'nat')[0]?.targets).toEqual([
      { kind: 'redirect', ports: { from: 15001, to: 15001 }, flags: [] },
    ]);
    expect(find('ipv4', 'raw')[0]?.targets).toEqual([{ kind: 'unknown', raw: 'xt target CT' }]);
  });

  it('say nothing but the name of a match or target in JSON', () => {
    const json = parseNft(fixture('translated.list.json'), { source: 'json' }).tables;
    const raws = json
      .flatMap(({ chains }) => chains.flatMap(({ rules }) => rules))
      .flatMap(({ matches, targets }) =>
        [...matches, ...targets].flatMap((part) => (part.kind === 'unknown' ? [part.raw] : [])),
      );
    expect(new Set(raws)).toEqual(
      new Set([
        'xt target CONNMARK',
        'xt target MARK',
        'xt target REDIRECT',
        'xt match owner',
        'xt match tcp',
        'xt target CT',
      ]),
    );
  });
});
