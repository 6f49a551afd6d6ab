import { describe, expect, it } from 'vitest';
import { parseNameServers } from '../../src/parse/resolver.ts';

describe('parseNameServers', () => {
  it('takes what resolv.conf(5) takes, in order', () => {
    const text =
      '# nameserver 9.9.9.9\nnameserver 10.0.0.10\n\tnameserver\tfd00::a%eth0 \nsearch a.b\nnameserver nonsense\n';
    expect(parseNameServers(text)).toEqual(['10.0.0.10', 'fd00::a']);
  });
});
