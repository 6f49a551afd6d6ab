import { describe, expect, it } from 'vitest';
import { inferConfig } from '../../src/infer/index.ts';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import { changed, rule } from './rules.ts';

const ranges = Array.from({ length: 30_000 }, (_, n) => `10.${n >> 8}.${n & 255}.0/24`);
const ports = Array.from({ length: 10_000 }, (_, n) => 20_000 + n);
const config = {
  ...defaultConfig('1.28.10'),
  enableIpv6: true,
  inboundPortsExclude: ports,
  outboundPortsExclude: ports,
  outboundIpRangesExclude: ranges,
};

describe('a layout of 90,000 rules', () => {
  const layout = buildLayout(config);

  it('is recognised whole, in seconds', () => {
    const start = performance.now();
    const [best] = inferConfig(layout).candidates;
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(best).toMatchObject({ distance: 0, releases: ['1.25', '1.31'] });
    expect(best?.config.outboundIpRangesExclude).toHaveLength(ranges.length);
    expect(best?.reasons.every((reason) => reason.length < 400)).toBe(true);
  });

  it('shows the one rule too many', () => {
    const fault = rule('-A ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j RETURN');
    const live = changed(layout, 'nat', 'ISTIO_INBOUND', (rules) => [fault, ...rules]);
    const [best] = inferConfig(live).candidates;
    expect(best?.differences).toMatchObject([{ kind: 'extra', chain: 'ISTIO_INBOUND', rule: fault }]);
  });
});
