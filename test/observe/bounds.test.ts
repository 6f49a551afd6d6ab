import { expect, test } from 'vitest';
import { INPUT_LIMITS } from '../../src/model/limits.ts';
import { withinReach } from '../../src/observe/bounds.ts';
import { observeRules } from '../../src/observe/index.ts';

const podWith = (chain: string, rules: number) => {
  const lines = `-A ${chain} -j RETURN\n`.repeat(rules);
  return observeRules([{ name: 'x', text: `*nat\n:OUTPUT ACCEPT [0:0]\n:${chain} - [0:0]\n${lines}COMMIT\n` }]);
};

test('a chain of Istio’s that no layout has is not looked at, and one of others is', () => {
  const { ruleset, obstacles } = withinReach(podWith('ISTIO_OUTPUT', INPUT_LIMITS.istioRules + 1));
  expect(ruleset.tables).toEqual([]);
  expect(obstacles).toMatchObject([{ code: 'NAT1003', message: expect.stringContaining('50,001 rules') }]);
  for (const pod of [podWith('ISTIO_OUTPUT', INPUT_LIMITS.istioRules), podWith('KUBE', INPUT_LIMITS.istioRules + 1)]) {
    expect(withinReach(pod)).toBe(pod);
  }
});
