import { describe, expect, it } from 'vitest';
import { DNS_QUERY } from '../../src/probe/dns.ts';

describe('DNS_QUERY', () => {
  it('asks one question, for a name below invalid', () => {
    const query = Buffer.from(DNS_QUERY);
    expect(query.readUInt16BE(4)).toBe(1);
    expect(query.subarray(12).toString('latin1')).toBe('\x09istio-nat\x07invalid\x00\x00\x01\x00\x01');
  });
});
