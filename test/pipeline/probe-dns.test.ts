import { describe, expect, it } from 'vitest';
import { DNS_QUERY, nameServers } from '../../src/pipeline/probe-dns.ts';

describe('DNS_QUERY', () => {
  it('asks one question, for a name below invalid', () => {
    const query = Buffer.from(DNS_QUERY);
    expect(query.readUInt16BE(4)).toBe(1);
    expect(query.subarray(12).toString('latin1')).toBe('\x09istio-nat\x07invalid\x00\x00\x01\x00\x01');
  });
});

describe('nameServers', () => {
  it('takes what resolv.conf(5) takes, in order', () => {
    const text =
      '# nameserver 9.9.9.9\nnameserver 10.0.0.10\n\tnameserver\tfd00::a%eth0 \nsearch a.b\nnameserver nonsense\n';
    expect(nameServers(text)).toEqual(['10.0.0.10', 'fd00::a']);
  });
});
