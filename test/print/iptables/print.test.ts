import { describe, expect, it } from 'vitest';
import type { Match } from '../../../src/model/match.ts';
import type { Chain, Rule, Table } from '../../../src/model/ruleset.ts';
import type { Target } from '../../../src/model/target.ts';
import { printListRules, printMatch, printRule, printSave, printTarget } from '../../../src/print/iptables/index.ts';

function rule(matches: readonly Match[], targets: readonly Target[]): Rule {
  return { index: 1, matches, targets, origin: { source: 'built', line: 0 }, text: '' };
}

describe('a rule that was built', () => {
  it('has its addresses, interfaces and protocol in front, whatever order they were given in', () => {
    const built = rule(
      [
        { kind: 'owner', uid: { negated: true, value: { from: 1337, to: 1337 } } },
        { kind: 'protocol', negated: false, protocol: 6 },
        { kind: 'out-interface', negated: false, name: 'lo' },
        { kind: 'destination', negated: true, network: { family: 'ipv4', address: 0x7f000001n, mask: 0xffffffffn } },
      ],
      [{ kind: 'return' }],
    );
    expect(printRule(built, 'ISTIO_OUTPUT')).toBe(
      '-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp -m owner ! --uid-owner 1337 -j RETURN',
    );
  });

  it('leaves away what holds for every packet, as the kernel does', () => {
    expect(printMatch({ kind: 'protocol', negated: false, protocol: 0 })).toBe('');
    expect(printMatch({ kind: 'in-interface', negated: false, name: '+' })).toBe('');
    expect(printMatch({ kind: 'source', negated: false, network: { family: 'ipv6', address: 0n, mask: 0n } })).toBe('');
    expect(printMatch({ kind: 'tcp', destinationPort: { negated: false, value: [{ from: 0, to: 65535 }] } })).toBe(
      '-m tcp',
    );
  });

  it('prints states and flags in the order of the kernel', () => {
    const states = { negated: true, value: ['ESTABLISHED', 'RELATED', 'INVALID'] as const };
    expect(printMatch({ kind: 'conntrack', states })).toBe('-m conntrack ! --ctstate INVALID,RELATED,ESTABLISHED');
    const flags = { negated: false, value: { mask: ['RST', 'SYN'], set: [] } };
    expect(printMatch({ kind: 'tcp', flags })).toBe('-m tcp --tcp-flags SYN,RST NONE');
  });

  it('puts IPv6 addresses in brackets only before ports', () => {
    const address = { from: 1n, to: 1n, family: 'ipv6' as const };
    expect(printTarget({ kind: 'dnat', address, flags: [] })).toBe('-j DNAT --to-destination ::1');
    expect(printTarget({ kind: 'dnat', address, ports: { from: 80, to: 81 }, flags: ['--random'] })).toBe(
      '-j DNAT --to-destination [::1]:80-81 --random',
    );
  });
});

describe('a table that was built', () => {
  const chain = (name: string, base?: Chain['base']): Chain => ({
    name,
    ...(base === undefined ? {} : { base }),
    rules: [rule([], [{ kind: 'return' }])],
  });
  const table: Table = {
    backend: 'iptables',
    family: 'ipv4',
    name: 'nat',
    chains: [
      chain('ISTIO_IN_REDIRECT'),
      chain('ISTIO_INBOUND'),
      chain('OUTPUT', { type: 'nat', hook: 'OUTPUT', priority: -100, policy: 'drop' }),
      chain('PREROUTING', { type: 'nat', hook: 'PREROUTING', priority: -100, policy: 'accept' }),
    ],
  };

  it('is a save, built-in chains by hook, the others by name as strcmp orders it', () => {
    expect(printSave([table])).toBe(
      [
        '*nat',
        ':PREROUTING ACCEPT [0:0]',
        ':OUTPUT DROP [0:0]',
        ':ISTIO_INBOUND - [0:0]',
        ':ISTIO_IN_REDIRECT - [0:0]',
        '-A PREROUTING -j RETURN',
        '-A OUTPUT -j RETURN',
        '-A ISTIO_INBOUND -j RETURN',
        '-A ISTIO_IN_REDIRECT -j RETURN',
        'COMMIT',
        '',
      ].join('\n'),
    );
  });

  it('is the output of -S', () => {
    expect(printListRules({ ...table, chains: table.chains.slice(0, 3) })).toBe(
      [
        '-P OUTPUT DROP',
        '-N ISTIO_INBOUND',
        '-N ISTIO_IN_REDIRECT',
        '-A OUTPUT -j RETURN',
        '-A ISTIO_INBOUND -j RETURN',
        '-A ISTIO_IN_REDIRECT -j RETURN',
        '',
      ].join('\n'),
    );
  });
});
