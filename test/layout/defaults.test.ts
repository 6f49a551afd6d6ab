import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../src/layout/index.ts';

describe('defaultConfig', () => {
  it.each([
    ['1.0.9', [], 15001],
    ['1.1.0', [15020], 15001],
    ['1.3.0', [15020], 15006],
    ['1.5.10', [15020], 15006],
    ['1.6.0', [15090, 15021, 15020], 15006],
    ['1.31.0', [15090, 15021, 15020], 15006],
  ] as const)('istio-init %s', (version, inboundPortsExclude, inboundCapturePort) => {
    expect(defaultConfig(version)).toMatchObject({
      istioVersion: version,
      inboundPortsInclude: '*',
      inboundPortsExclude,
      inboundCapturePort,
      outboundIpRangesInclude: '*',
      outboundPortsExclude: [],
      captureAllDns: false,
    });
  });

  it('istio-cni excludes in another order, spares outbound 15020, and takes DNS to any server', () => {
    expect(defaultConfig('1.28.10', 'istio-cni')).toMatchObject({
      inboundPortsExclude: [15020, 15021, 15090],
      outboundPortsExclude: [15020],
      captureAllDns: true,
      redirectDns: false,
    });
  });

  it.each([
    ['1.21.0', { interceptionMode: 'TPROXY', enableIpv6: false, redirectDns: false }],
    ['1.23.6', { interceptionMode: 'TPROXY', enableIpv6: true, redirectDns: false }],
    ['1.24.0', { interceptionMode: 'REDIRECT', enableIpv6: true, redirectDns: false }],
    ['1.25.0', { interceptionMode: 'REDIRECT', enableIpv6: true, redirectDns: true }],
  ])('ambient %s', (version, expected) => {
    expect(defaultConfig(version, 'istio-cni', 'ambient')).toMatchObject({ dataplane: 'ambient', ...expected });
  });

  it('refuses a version that is none', () => expect(() => defaultConfig('newest')).toThrow(RangeError));
});
