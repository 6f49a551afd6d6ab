import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interfaceMatches } from '../../../src/evaluate/match.ts';
import { networkRange } from '../../../src/evaluate/symbolic/cuts.ts';
import { domainOf, Line } from '../../../src/evaluate/symbolic/domain.ts';
import { InterfaceDomain } from '../../../src/evaluate/symbolic/interfaces.ts';
import { parseNetwork } from '../../../src/model/address.ts';
import { parseIptables } from '../../../src/parse/iptables/index.ts';

describe('Line', () => {
  it('cuts at every value named, and nowhere else', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(-5n, 300n)), fc.bigInt(0n, 255n), (cuts, value) => {
        const line = new Line(255n, cuts);
        const [from, to] = line.bounds(line.atom(value));
        expect(value >= from && value <= to).toBe(true);
        expect(cuts.some((cut) => cut > from && cut <= to && cut <= 255n)).toBe(false);
      }),
    );
  });
});

describe('InterfaceDomain', () => {
  it('has a name for every set of patterns that a name can match', () => {
    const domain = new InterfaceDomain(['eth+', 'net1', '+']);
    const names = (pattern: string) => domain.atoms(pattern).map(([atom]) => domain.names[atom]);
    expect(names('eth+')).toContain('eth0');
    expect(names('net1')).toEqual(['net1']);
    expect(names('+')).toEqual(domain.names);
    expect(domain.names.some((name) => !name.startsWith('eth') && name !== 'net1' && name !== 'lo')).toBe(true);
  });

  it('stands for every name that there can be', () => {
    const pattern = fc.constantFrom('eth+', 'eth0+', 'e+', 'eth0', 'eth1', 'lo', 'lo+', 'l+', 'other+', 'other0', '+');
    const name = fc.constantFrom('eth0', 'eth1', 'eth00', 'eth7', 'lo', 'lo0', 'l', 'e', 'e9', 'other0', 'other1', 'x');
    fc.assert(
      fc.property(fc.uniqueArray(pattern), name, (patterns, one) => {
        const domain = new InterfaceDomain(patterns);
        const matched = (other: string) => patterns.filter((some) => interfaceMatches(some, other)).join();
        expect(domain.names.map(matched)).toContain(matched(one));
      }),
      { seed: 20260701 },
    );
  });

  it.each([
    [['lo'], 'lo'],
    [['eth0', 'eth1'], 'eth+'],
    [['eth1'], 'eth+ except eth0'],
    [['net1', 'eth0'], 'eth0,net1'],
    [['other0', 'eth0', 'eth1', 'net1'], 'all except lo'],
    [['other0', 'eth0', 'eth1'], 'all except lo,net1'],
    [['other0', 'lo', 'net1'], 'all except eth+'],
  ])('says %j as %s', (names, words) => {
    const domain = new InterfaceDomain(['eth+', 'net1']);
    expect(domain.names).toEqual(['lo', 'eth0', 'net1', 'eth1', 'other0']);
    expect(domain.describe(names.map((name) => domain.names.indexOf(name)))).toBe(words);
  });
});

describe('domainOf', () => {
  const rules = '*nat\n-A OUTPUT -p tcp -m tcp --dport 15001:15006 -d 10.0.0.0/8 -j REDIRECT --to-ports 15053\nCOMMIT';
  const { tables } = parseIptables(rules, { source: 'rules', family: 'ipv4', backend: 'iptables-legacy' });

  it('cuts ports at both ends of a range and where packets are sent', () => {
    const { destinationPort } = domainOf([{ tables }], 'OUTPUT', 'ipv4');
    expect(destinationPort.starts).toEqual([0n, 15001n, 15007n, 15053n, 15054n]);
  });

  it('cuts addresses of the family asked for only', () => {
    const address = 10n << 24n;
    expect(domainOf([{ tables }], 'OUTPUT', 'ipv4').destination.starts).toContain(address);
    expect(domainOf([{ tables }], 'OUTPUT', 'ipv6').destination.starts).not.toContain(address);
  });

  it('knows no range for a mask that is no prefix', () => {
    expect(networkRange(parseNetwork('10.0.0.0/255.0.255.0') ?? fail())).toBeNull();
    expect(networkRange(parseNetwork('10.1.0.0/16') ?? fail())).toEqual([0x0a010000n, 0x0a01ffffn]);
  });
});

function fail(): never {
  throw new Error('not a network');
}
