import { expect, it } from 'vitest';
import { isAmbientRoute, isTproxyRoute } from '../../src/istio/marks.ts';
import { defaultConfig } from '../../src/layout/defaults.ts';
import { expectedRouting } from '../../src/layout/routing.ts';

const ambient = expectedRouting(defaultConfig('1.28.10', 'istio-init', 'ambient')).rules;
const sidecar = expectedRouting({ ...defaultConfig('1.28.10'), interceptionMode: 'TPROXY' }).rules;

it('knows the policy routing of each data plane from the other’s', () => {
  expect(ambient.map((rule) => [isAmbientRoute(rule), isTproxyRoute(rule)])).toContainEqual([true, false]);
  expect(sidecar.map((rule) => [isAmbientRoute(rule), isTproxyRoute(rule)])).toContainEqual([false, true]);
});

it('takes a rule with ambient’s mark and another mask for somebody else’s', () => {
  for (const rule of ambient) {
    const bare = { ...rule, mark: { value: 0x111, mask: 0xffffffff } };
    expect(isAmbientRoute(bare)).toBe(false);
  }
});
