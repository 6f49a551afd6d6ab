import { describe, expect, it } from 'vitest';
import { observeRules } from '../../../src/observe/index.ts';

const HOOKS = ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map((chain) => `:${chain} ACCEPT [0:0]`);
const lacks = (...rules: string[]) => {
  const text = ['*nat', ...HOOKS, ':ISTIO_OUTPUT - [0:0]', ':OTHERS - [0:0]', ...rules, 'COMMIT', ''].join('\n');
  return observeRules([{ name: 'x', text }]).obstacles.map(({ message }) => message);
};

describe('what iptables before 1.8.8 hides of rules that a newer one wrote', () => {
  it.each([
    [['-A ISTIO_OUTPUT -p tcp -j RETURN', '-A ISTIO_OUTPUT -p tcp -j RETURN']],
    [['-A ISTIO_OUTPUT ! -o lo -p udp -j REDIRECT --to-ports 15053']],
  ])('is seen by what nobody writes: %j', (rules) => {
    expect(lacks(...rules)).toMatchObject([expect.stringMatching(/line 8 names no port/)]);
  });

  it.each([
    [['-A ISTIO_OUTPUT -p tcp -j RETURN', '-A ISTIO_OUTPUT -p udp -j RETURN']],
    [['-A ISTIO_OUTPUT -p udp -m udp --dport 53 -j REDIRECT --to-ports 15053']],
    [['-A ISTIO_OUTPUT -p tcp -j REDIRECT --to-ports 15001']],
    [['-A OTHERS -p tcp -j RETURN', '-A OTHERS -p tcp -j RETURN']],
  ])('is not suspected of %j', (rules) => expect(lacks(...rules)).toEqual([]));
});
