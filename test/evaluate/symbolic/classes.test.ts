import { describe, expect, it } from 'vitest';
import { type Comparison, compareRulesets } from '../../../src/evaluate/compare.ts';
import type { PacketHook } from '../../../src/model/packet.ts';
import type { Ruleset } from '../../../src/model/ruleset.ts';
import { parseIptables } from '../../../src/parse/iptables/index.ts';

function rules(...lines: readonly string[]): Ruleset {
  const text = ['*nat', ...lines.map((line) => `-A ${line}`), 'COMMIT', ''].join('\n');
  return { tables: parseIptables(text, { source: 'rules', family: 'ipv4', backend: 'iptables-legacy' }).tables };
}

function compare(hook: PacketHook, live: readonly string[], expected: readonly string[]): Comparison {
  return compareRulesets(rules(...live), rules(...expected), { hook, family: 'ipv4' });
}

const IN = 'PREROUTING -p tcp -j REDIRECT --to-ports 15006';
const OUT = 'OUTPUT -p tcp -j REDIRECT --to-ports 15001';

describe('the class of packets that differ', () => {
  it('is told by the fields that matter, with a packet that a person would send', () => {
    const exempt = 'PREROUTING -p tcp -m tcp --dport 8080 -j RETURN';
    const { different, open } = compare('PREROUTING', [exempt, IN], [IN]);
    expect(open).toEqual([]);
    expect(different).toMatchObject([
      {
        packets: { protocol: 'tcp', destinationPort: '8080' },
        witness: { protocol: 'tcp', destinationPort: 8080, inInterface: 'eth0', ctState: 'NEW' },
        live: { verdict: { kind: 'accept' } },
        expected: { verdict: { kind: 'redirect', port: 15006 } },
      },
    ]);
  });

  it('is told by what it leaves out where that is shorter', () => {
    const only = 'PREROUTING -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 15006';
    expect(compare('PREROUTING', [only], [IN]).different[0]?.packets).toMatchObject({
      destinationPort: 'all except 8080',
    });
  });

  it('has a socket in its witness only where the class has one', () => {
    const { different } = compare('OUTPUT', ['OUTPUT -m owner --uid-owner 1337 -j RETURN', OUT], [OUT]);
    expect(different[0]).toMatchObject({ packets: { uid: '1337' }, witness: { uid: 1337 } });
    const socketless = compare('OUTPUT', ['OUTPUT -m owner ! --socket-exists -j RETURN', OUT], [OUT]);
    expect(socketless.different[0]?.witness).toMatchObject({ uid: null, gid: null });
  });

  it('is not made of packets that do not exist', () => {
    // nothing that goes to 127.0.0.1 leaves by eth0
    const impossible = 'OUTPUT -d 127.0.0.1/32 -o eth0 -p tcp -j RETURN';
    expect(compare('OUTPUT', [impossible, OUT], [OUT])).toEqual({ different: [], open: [] });
  });

  it('stays open where no field of a packet decides', () => {
    const limited = 'PREROUTING -p tcp -m statistic --mode random --probability 0.5 -j RETURN';
    const { different, open } = compare('PREROUTING', [limited, IN], [IN]);
    expect(different).toEqual([]);
    expect(open).toHaveLength(1);
  });

  it('does not stay open where the outcome is the same either way', () => {
    const limited = 'PREROUTING -p udp -m statistic --mode random --probability 0.5 -j RETURN';
    expect(compare('PREROUTING', [limited, IN], [IN])).toEqual({ different: [], open: [] });
  });
});
