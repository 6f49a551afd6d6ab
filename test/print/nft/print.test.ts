import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Match } from '../../../src/model/match.ts';
import type { Table } from '../../../src/model/ruleset.ts';
import type { Target } from '../../../src/model/target.ts';
import { parseNft } from '../../../src/parse/nft/index.ts';
import { printNft, printNftRule } from '../../../src/print/nft/index.ts';
import { comparable, fixture, parseOneRule, tablesOf } from '../../parse/nft/recordings.ts';

const rule = (matches: readonly Match[], targets: readonly Target[] = []): string => printNftRule({ matches, targets });

describe('printNft', () => {
  it('prints a listing of every form so that it means the same', () => {
    const tables = tablesOf(fixture('statements.list.nft'));
    const again = parseNft(printNft(tables), { source: 'printed' });
    expect(again.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(comparable(again.tables)).toEqual(comparable(tables));
  });

  it('prints the forms that nft has one word for as nft does', () => {
    const text = fixture('statements.list.nft');
    const printed = printNft(tablesOf(text)).split('\n');
    const expected = text.split('\n').slice(0, text.split('\n').indexOf('\tchain other {'));
    expect(printed.slice(0, expected.length)).toEqual(expected);
  });

  it('names no chain or table in a way that could end it', () => {
    const table: Table = {
      backend: 'nftables',
      family: 'inet',
      name: 'x { }\n"; drop',
      chains: [{ name: 'a\nb', rules: [] }],
    };
    expect(printNft([table])).toBe('table inet "x { }; drop" {\n\tchain "ab" {\n\t}\n}\n');
  });
});

describe('printNftRule', () => {
  it('drops a protocol that a port demands anyway, and keeps it in front of an address', () => {
    const tcp: Match = { kind: 'protocol', negated: false, protocol: 6 };
    const port: Match = { kind: 'tcp', destinationPort: { negated: true, value: [{ from: 15008, to: 15008 }] } };
    const to: Match = {
      kind: 'destination',
      negated: true,
      network: { family: 'ipv4', address: 1n, mask: 0xffffffffn },
    };
    expect(rule([tcp, to, port])).toBe('ip daddr != 0.0.0.1 tcp dport != 15008');
    expect(rule([tcp, to])).toBe('meta l4proto tcp ip daddr != 0.0.0.1');
    expect(rule([{ kind: 'tcp' }, to])).toBe('meta l4proto tcp ip daddr != 0.0.0.1');
  });

  it('says ports of iptables’ multiport by the protocol in front', () => {
    const ports: Match = {
      kind: 'multiport',
      side: 'destination',
      negated: true,
      ports: [
        { from: 53, to: 53 },
        { from: 15008, to: 15008 },
      ],
    };
    expect(rule([{ kind: 'protocol', negated: false, protocol: 6 }, ports])).toBe(
      'meta l4proto tcp tcp dport != { 53, 15008 }',
    );
    expect(rule([ports])).toBe('meta l4proto { tcp, udp, dccp, sctp, udplite } th dport != { 53, 15008 }');
  });

  it('counts right before the rule decides, as Istio does', () => {
    const targets: readonly Target[] = [
      { kind: 'tproxy', port: 15006, address: 0n, family: 'ipv4', mark: { value: 0, mask: 0 } },
      { kind: 'mark', value: 0x539, mask: 0xffffffff },
      { kind: 'accept' },
    ];
    expect(printNftRule({ matches: [], targets, counters: { packets: 1, bytes: 2 } })).toBe(
      'tproxy ip to :15006 meta mark set 0x00000539 counter packets 1 bytes 2 accept',
    );
  });

  it('prints comments last, and lets none end early', () => {
    expect(rule([{ kind: 'comment', text: 'a"\n} drop' }], [{ kind: 'accept' }])).toBe('accept comment "a} drop"');
  });

  it('never prints an empty rule', () => {
    expect(rule([])).toBe('continue');
  });
});

const bits = fc.integer({ min: 0, max: 0xffffffff });

const changes = fc.record({ kind: fc.constantFrom('mark' as const, 'connmark-set' as const), value: bits, mask: bits });
const saves = fc.record({ kind: fc.constant('connmark-save' as const), nfmask: bits, ctmask: fc.constant(0xffffffff) });
const restores = fc.record({
  kind: fc.constant('connmark-restore' as const),
  nfmask: fc.constant(0xffffffff),
  ctmask: bits,
});

/** A change in the form that has one name: `| c` and `& ^` can say the same. */
function effect(target: Target, old: number): number {
  return target.kind === 'mark' || target.kind === 'connmark-set' ? ((old & ~target.mask) ^ target.value) >>> 0 : 0;
}

describe('a mark change', () => {
  it('parses back to one that does the same to every mark', () => {
    fc.assert(
      fc.property(changes, bits, (target, old) => {
        const [back, ...more] = parseOneRule(rule([], [target])).targets;
        expect(more).toEqual([]);
        expect(back?.kind).toBe(target.kind);
        expect(back && effect(back, old)).toBe(effect(target, old));
      }),
      { numRuns: 1000 },
    );
  });

  it('parses back as it was when it copies the other mark', () => {
    fc.assert(
      fc.property(fc.oneof(saves, restores), (target) => {
        fc.pre(target.kind === 'connmark-save' ? target.nfmask !== 0 : target.ctmask !== 0);
        expect(parseOneRule(rule([], [target])).targets).toEqual([target]);
      }),
    );
  });
});
