import { describe, expect, it } from 'vitest';
import { actorsOf } from '../../src/flow/actors.ts';
import { Listeners } from '../../src/flow/listeners.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import type { Routing } from '../../src/model/routing.ts';
import { observeRules } from '../../src/observe/index.ts';

function actorsAt(own: string, changed: Partial<Config> = {}) {
  const config = { ...defaultConfig('1.28.10', 'istio-init', 'sidecar'), ...changed };
  const address = { interface: 'eth0', family: 'ipv4', address: own, prefixLength: 24, scope: 'global' } as const;
  const routing: Routing = { rules: [], routes: [], addresses: [address] };
  return actorsOf(
    'ipv4',
    {},
    {
      ...{ config, pod: { ...observeRules([], {}), routing } },
      listeners: new Listeners({ sockets: null, obstacles: [] }, config),
    },
  );
}

describe('who takes part in a life', () => {
  it.each(['10.0.0.9', '10.0.0.1', '203.0.113.7', '10.96.0.10', '10.96.0.80'])(
    'nobody else has the address %s of the pod',
    (own) => {
      const { client, node, remote, service, resolver } = actorsAt(own);
      expect([client, node, remote.address, service.address, resolver]).not.toContain(own);
    },
  );

  it('calls go into a range that is captured, and not to the pod itself where that is one', () => {
    const ranges = ['10.0.0.5/32', '10.1.0.0/16'];
    const { remote, service } = actorsAt('10.0.0.5', { outboundIpRangesInclude: ranges });
    expect([remote.address, service.address]).toEqual(['10.1.0.7', '10.1.0.80']);
  });

  it('calls go elsewhere where only the pod itself is captured', () => {
    const { remote } = actorsAt('10.0.0.5', { outboundIpRangesInclude: ['10.0.0.5/32'] });
    expect(remote.address).toBe('203.0.113.7');
  });
});
