import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPacketLine } from '../../src/parse/packet.ts';

const LINE = {
  family: 'ipv4',
  hook: 'OUTPUT',
  protocol: 'tcp',
  source: '10.0.0.5',
  destination: '10.1.2.3',
  destinationPort: 3306,
  uid: null,
};

function read(fields: Record<string, unknown>) {
  return readPacketLine(JSON.stringify(fields));
}

describe('readPacketLine', () => {
  it('gives back the packet of the contract, fields in its order', () => {
    const reading = read({ ...LINE, ctState: undefined });
    expect(reading).toEqual({ kind: 'packet', packet: LINE, ignored: [] });
    expect(JSON.stringify(reading.kind === 'packet' && reading.packet)).toBe(JSON.stringify(LINE));
  });

  it('takes a number for the protocol, and knows the names of those with ports', () => {
    const protocols = [6, '17', 'sctp', 'TCP'].map((protocol) => {
      const reading = read({ ...LINE, protocol });
      return reading.kind === 'packet' ? reading.packet.protocol : reading.message;
    });
    expect(protocols).toEqual(['6', '17', '132', 'tcp']);
  });

  it('takes null for a field that is left out', () => {
    expect(read({ ...LINE, mark: null, outInterface: null })).toMatchObject({ kind: 'packet', packet: LINE });
  });

  it('needs no destination port where the protocol has none', () => {
    const { destinationPort: _, ...line } = LINE;
    expect(read({ ...line, protocol: 'icmp' })).toMatchObject({ kind: 'packet' });
    expect(read({ ...line, protocol: 'tcp' })).toMatchObject({ kind: 'problem', field: 'destinationPort' });
  });

  it.each([
    ['', 'not a JSON document'],
    ['{"hook":', 'not a JSON document'],
    ['[]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['7', 'not a JSON object'],
  ])('says of %j that it is %s', (line, message) => {
    expect(readPacketLine(line)).toEqual({ kind: 'problem', field: '', message });
  });

  it.each([
    ['destinationPort', '3306'],
    ['destinationPort', 3306.5],
    ['uid', true],
    ['uid', -1],
    ['mark', 2 ** 32],
    ['source', 10],
    ['protocol', ['tcp']],
    ['protocol', { toString: 1 }],
    ['hook', null],
    ['toString', 1],
    ['__proto__', 1],
    ['ttl', 64],
  ])('names the field that is wrong: %s %j', (field, value) => {
    const line = JSON.stringify({ ...LINE, [field]: undefined }).replace(
      /\}$/,
      `,"${field}":${JSON.stringify(value)}}`,
    );
    expect(readPacketLine(line)).toMatchObject({ kind: 'problem', field });
  });

  it('never throws, whatever a line holds', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => Boolean(readPacketLine(line).kind)));
  });

  it('never throws, whatever a field holds', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(LINE), 'ctState', 'mark', 'inInterface'),
        fc.jsonValue(),
        (key, value) => Boolean(read({ ...LINE, [key]: value }).kind),
      ),
    );
  });
});
