import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigKey } from '../../../src/model/config.ts';
import { CONFIG_KEYS, parseInput } from '../../../src/parse/config/index.ts';

const long = 'x'.repeat(500);

const GOOD: readonly [ConfigKey, unknown, unknown][] = [
  ['istioVersion', '1.28.10', '1.28.10'],
  ['istioVersion', 'v1.31.0-rc.0', '1.31.0-rc.0'],
  ['istioVersion', '1.28', '1.28'],
  ['interceptionMode', '', 'REDIRECT'],
  ['interceptionMode', 'TPROXY', 'TPROXY'],
  ['proxyUid', '1337,0', [1337, 0]],
  ['proxyUid', 4294967295, [4294967295]],
  ['proxyPort', '15001', 15001],
  ['proxyPort', 65535, 65535],
  ['inboundPortsInclude', '*', '*'],
  ['inboundPortsInclude', ['*'], '*'],
  ['inboundPortsInclude', '', []],
  ['inboundPortsInclude', '8080, 9090,', [8080, 9090]],
  ['inboundPortsExclude', '6000,7000,', [6000, 7000]],
  ['inboundPortsExclude', '8080,8080', [8080, 8080]],
  ['inboundPortsExclude', [8080, '9090'], [8080, 9090]],
  ['inboundPortsExclude', 8080, [8080]],
  ['outboundIpRangesInclude', '10.96.5.7/12,fd00::/64', ['10.96.5.7/12', 'fd00::/64']],
  ['outboundIpRangesExclude', '0.0.0.0/0', ['0.0.0.0/0']],
  ['excludeInterfaces', 'eth0,veth0123456789a', ['eth0', 'veth0123456789a']],
  ['rerouteVirtualInterfaces', 'tap+', ['tap+']],
  ['ownerGroupsInclude', 'java,202', ['java', '202']],
  ['redirectDns', 'T', true],
  ['redirectDns', 0, false],
  ['captureAllDns', true, true],
  ['dnsServersV4', ['10.96.0.10'], ['10.96.0.10']],
  ['dnsServersV6', '::127.0.0.53,fd00::a', ['::127.0.0.53', 'fd00::a']],
  ['hostIpv4LoopbackCidr', '127.0.0.1/8', '127.0.0.1/8'],
  ['inboundTproxyMark', '1337', 1337],
  ['inboundTproxyMark', '4294967295', 4294967295],
  ['hostProbeIpv4', '169.254.7.127', '169.254.7.127'],
  ['dnsProxy', 'disabled', 'disabled'],
];

const BAD: readonly [ConfigKey, unknown][] = [
  ['istioVersion', 'latest'],
  ['istioVersion', '1'],
  ['istioVersion', '0.8.0'],
  ['istioVersion', 1.28],
  ['dataplane', 'Sidecar'],
  ['backend', 'legacy'],
  ['interceptionMode', 'NONE'],
  ['interceptionMode', 'redirect'],
  ['proxyUid', ''],
  ['proxyUid', []],
  ['proxyUid', '-1'],
  ['proxyUid', '4294967296'],
  ['proxyUid', 'root'],
  ['proxyPort', ''],
  ['proxyPort', '0'],
  ['proxyPort', '65536'],
  ['proxyPort', '0x50'],
  ['proxyPort', '080'],
  ['proxyPort', '+80'],
  ['proxyPort', 80.5],
  ['proxyPort', true],
  ['proxyPort', [80]],
  ['inboundPortsInclude', '8080,*'],
  ['inboundPortsInclude', '80 81'],
  ['inboundPortsExclude', '*'],
  ['inboundPortsExclude', '22,abc'],
  ['inboundPortsExclude', '22;23'],
  ['inboundPortsExclude', '8000-9000'],
  ['inboundPortsExclude', { 0: 22 }],
  ['inboundPortsExclude', [[22]]],
  ['outboundIpRangesInclude', '10.0.0.0'],
  ['outboundIpRangesInclude', '10.0.0.0/33'],
  ['outboundIpRangesInclude', '10.0.0.0/255.0.0.0'],
  ['outboundIpRangesInclude', '10.0.0/8'],
  ['outboundIpRangesInclude', 'fd00::/129'],
  ['outboundIpRangesInclude', '10.0.0.0/8/8'],
  ['outboundIpRangesInclude', '10.0.0.0/8, 10.1.0.0/16'],
  ['outboundIpRangesExclude', '*'],
  ['excludeInterfaces', 'veth0123456789ab'],
  ['excludeInterfaces', 'a/b'],
  ['excludeInterfaces', 'a b'],
  ['excludeInterfaces', '..'],
  ['excludeInterfaces', '!eth0'],
  ['excludeInterfaces', 'eth0\nCOMMIT'],
  ['ownerGroupsInclude', '-j'],
  ['ownerGroupsInclude', 'a b'],
  ['ownerGroupsExclude', '4294967296'],
  ['ownerGroupsExclude', '*'],
  ['ownerGroupsInclude', Array.from({ length: 65 }, (_, gid) => gid)],
  ['redirectDns', 'yes'],
  ['redirectDns', ''],
  ['redirectDns', 2],
  ['dnsServersV4', 'fd00::a'],
  ['dnsServersV6', ['10.96.0.10']],
  ['dnsServersV6', 'fe80::1%eth0'],
  ['hostIpv4LoopbackCidr', '127.0.0.1'],
  ['hostIpv4LoopbackCidr', '127.0.0.0/7'],
  ['hostIpv4LoopbackCidr', '10.0.0.0/8'],
  ['hostIpv4LoopbackCidr', '::1/128'],
  ['inboundTproxyMark', '0x539'],
  ['inboundTproxyMark', '4294967296'],
  ['inboundTproxyRouteTable', '0'],
  ['inboundTproxyRouteTable', 'main'],
  ['hostProbeIpv4', ''],
  ['hostProbeIpv6', '169.254.7.127'],
  ['dnsProxy', 'true'],
  ['scope', 'node'],
];

describe('parseInput', () => {
  it.each(GOOD)('%s: %j', (key, raw, value) => expect(parseInput(key, raw)).toEqual({ value }));

  it.each(BAD)('%s refuses %j', (key, raw) => expect(parseInput(key, raw)).toHaveProperty('error'));

  it('quotes the value, but never a long one in full', () => {
    expect(parseInput('proxyPort', '99999')).toEqual({ error: '"99999" is not a port (1–65535)' });
    const { error } = parseInput('proxyPort', long) as { error: string };
    expect(error.length).toBeLessThan(120);
  });

  it('takes 64 owner groups and no more', () => {
    const groups = Array.from({ length: 64 }, (_, gid) => String(gid));
    expect(parseInput('ownerGroupsInclude', groups)).toEqual({ value: groups });
  });

  it('gives a value or an error for any key and any JSON value, and never throws', () => {
    const keys = CONFIG_KEYS.map((input) => input.key);
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 4 }), (key, raw) => {
        const parsed = parseInput(key, raw);
        expect('value' in parsed !== 'error' in parsed).toBe(true);
      }),
    );
  });

  it('accepts exactly the ports', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 70_000 }), (port) => {
        expect('value' in parseInput('proxyPort', String(port))).toBe(port >= 1 && port <= 65535);
      }),
    );
  });

  it('reads a list of twenty thousand ports at once', () => {
    const ports = Array.from({ length: 20_000 }, (_, index) => (index % 65535) + 1);
    expect(parseInput('inboundPortsExclude', ports.join(','))).toEqual({ value: ports });
  });
});
