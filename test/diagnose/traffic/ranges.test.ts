import { describe, expect, it } from 'vitest';
import { rangesInWords } from '../../../src/diagnose/traffic/ranges.ts';

describe('ranges of addresses in words', () => {
  it.each([
    [['10.0.0.0-10.255.255.255'], ['10.0.0.0/8']],
    [['127.0.0.0', '127.0.0.2-127.255.255.255'], ['127.0.0.0/8 except 127.0.0.1']],
    [['0.0.0.0-9.255.255.255', '11.0.0.0-255.255.255.255'], ['0.0.0.0/0 except 10.0.0.0/8']],
    [['10.0.0.0-10.0.0.3', '10.0.0.5-10.0.0.6', '10.0.0.8-10.0.0.15'], ['10.0.0.0/28 except 10.0.0.4 and 10.0.0.7']],
    [
      ['10.0.0.1', '10.0.0.2-10.0.0.9', 'vpn'],
      ['10.0.0.1', '10.0.0.2-10.0.0.9', 'vpn'],
    ],
    [
      ['192.0.2.0-192.0.2.255', '198.51.100.7'],
      ['192.0.2.0/24', '198.51.100.7'],
    ],
  ])('%j', (ranges, words) => expect(rangesInWords(ranges, 'ipv4')).toEqual(words));

  it('of IPv6 as well', () => {
    expect(rangesInWords(['2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '::1'], 'ipv6')).toEqual([
      '2001:db8::/32',
      '::1',
    ]);
  });
});
