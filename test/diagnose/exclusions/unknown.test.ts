import { describe, expect, it } from 'vitest';
import { unknownInputs } from '../../../src/diagnose/exclusions/unknown.ts';
import { diagnose } from '../../../src/diagnose/index.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import type { InputOrigin } from '../../../src/model/report.ts';
import { contextOf, podWith, saved } from '../pod-of.ts';

/** A pod with exactly the rules of its data plane, and some inputs that somebody declared. */
function podOf(
  dataplane: Config['dataplane'],
  inputs: Partial<Config>,
  more: { readonly origin?: InputOrigin; readonly annotations?: Readonly<Record<string, string>> } = {},
) {
  const defaults = { ...defaultConfig('1.28.10', 'istio-cni', dataplane), enableIpv6: false };
  const context = contextOf(podWith(saved(defaults)), { ...defaults, ...inputs });
  const origin = Object.fromEntries(Object.keys(inputs).map((key) => [key, more.origin ?? 'flag'] as const));
  return {
    ...context,
    origin,
    families: ['ipv4'] as const,
    said: { environment: {}, labels: {}, annotations: more.annotations ?? {} },
  };
}

const told = (...given: Parameters<typeof podOf>) =>
  unknownInputs(podOf(...given)).map(({ command, text }) => `${command} ${text}`);

describe('an input that only the other data plane knows', () => {
  it.each<[Config['dataplane'], Partial<Config>, string]>([
    ['ambient', { outboundPortsExclude: [3306, 5432] }, 'outboundPortsExclude 3306,5432'],
    ['ambient', { inboundPortsExclude: [8080] }, 'inboundPortsExclude 8080'],
    ['ambient', { outboundIpRangesInclude: ['10.96.0.0/12'] }, 'outboundIpRangesInclude 10.96.0.0/12'],
    ['ambient', { excludeInterfaces: ['net1'] }, 'excludeInterfaces net1'],
    ['sidecar', { ingressMode: true }, 'ingressMode true'],
    ['sidecar', { dnsProxy: 'disabled' }, 'dnsProxy disabled'],
  ])('is told: %s %j', (dataplane, inputs, text) => {
    expect(told(dataplane, inputs)).toEqual([text]);
    expect(told(dataplane, inputs, { origin: 'config' })).toEqual([text]);
    const { verdict, findings } = diagnose(podOf(dataplane, inputs));
    expect(verdict).toBe('degraded');
    expect(findings).toMatchObject([{ code: 'NAT0209', severity: 'warning', message: expect.stringContaining(text) }]);
  });

  it('is told for an annotation of the pod', () => {
    const annotations = { 'traffic.sidecar.istio.io/excludeOutboundPorts': '3306', 'prometheus.io/port': '9090' };
    expect(told('ambient', {}, { annotations })).toEqual(['traffic.sidecar.istio.io/excludeOutboundPorts 3306']);
    expect(told('sidecar', {}, { annotations })).toEqual([]);
  });

  it.each<[string, Config['dataplane'], Partial<Config>, InputOrigin]>([
    ['the same as without it', 'ambient', { proxyPort: 15001, outboundPortsExclude: [] }, 'config'],
    ['read off the rules', 'ambient', { outboundPortsExclude: [3306] }, 'inferred'],
    ['known to both', 'ambient', { rerouteVirtualInterfaces: ['docker0'] }, 'flag'],
    ["a sidecar's own", 'sidecar', { outboundPortsExclude: [3306] }, 'flag'],
  ])('is no news when it is %s', (_, dataplane, inputs, origin) => {
    expect(told(dataplane, inputs, { origin })).toEqual([]);
  });
});
