import { describe, expect, it } from 'vitest';
import type { Check } from '../../../src/diagnose/check.ts';
import { automaticAddresses } from '../../../src/diagnose/checks/automatic-addresses.ts';
import { ipv6WhileOff, passthroughAddress } from '../../../src/diagnose/checks/ipv6-addresses.ts';
import { listenerExcluded } from '../../../src/diagnose/checks/listener-excluded.ts';
import { resolversCovered } from '../../../src/diagnose/checks/resolvers.ts';
import { tproxyListener } from '../../../src/diagnose/checks/tproxy-listener.ts';
import { buildContext } from '../../../src/expect/context.ts';
import { expectedRuleset } from '../../../src/expect/layout.ts';
import { defaultConfig, expectedRouting } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import type { Family } from '../../../src/model/family.ts';
import type { Metadata } from '../../../src/model/pod.ts';
import { HEALTHY, type Listener, listening } from './sockets.ts';

interface Case {
  readonly config?: Partial<Config>;
  readonly listeners?: readonly Listener[];
  readonly addresses?: readonly string[];
  readonly resolvers?: readonly string[];
  readonly environment?: Metadata['environment'];
  readonly isAmongOwnFiles?: boolean;
  /** The families whose listeners are transparent; left out where that was not shown. */
  readonly transparent?: readonly Family[];
}

/** The codes that a check raises about a pod whose rules are exactly Istio's. */
function codes(
  check: Check,
  { config: inputs = {}, listeners, addresses, resolvers, environment, isAmongOwnFiles = false, transparent }: Case,
): string[] | string {
  const config: Config = { ...defaultConfig('1.28.10'), ...inputs };
  const layout = expectedRuleset(config);
  const context = buildContext(
    {
      ruleset: layout,
      coverage: (['ipv4', 'ipv6'] as const).map((family) => ({ family, tables: 'all' })),
      emptyLegacyTables: [],
      sockets:
        listeners === undefined
          ? null
          : listening(...HEALTHY, ...listeners).map((one) => ({
              ...one,
              ...(transparent !== undefined && { transparent: transparent.some((family) => family === one.family) }),
            })),
      routing: addresses === undefined ? null : { rules: [], routes: [], addresses: addresses.map(interfaceAddress) },
      diagnostics: [],
      obstacles: [],
    },
    { config, origin: {} },
    layout,
    expectedRouting(config),
    {
      ...{ declared: true, older: () => null, resolvers: resolvers ?? [] },
      said: { environment: environment ?? {}, labels: {}, annotations: {}, isAmongOwnFiles },
    },
  );
  const result = check.run(context);
  return 'length' in result ? result.map(({ code }) => code) : 'skipped' in result ? 'skipped' : 'undetermined';
}

function interfaceAddress(address: string) {
  const family = address.includes(':') ? ('ipv6' as const) : ('ipv4' as const);
  const name = address === '::6' ? 'lo' : 'eth0';
  return { interface: name, family, address, prefixLength: family === 'ipv6' ? 64 : 24, scope: 'global' };
}

const APPLICATION: Listener = { at: '*:8080', uid: 1000, process: 'app' };

describe('NAT0207, an application on a port that is left alone', () => {
  it.each<[string, Partial<Config>, Listener, string[] | string]>([
    ['captured', {}, APPLICATION, []],
    ['excluded', { inboundPortsExclude: [8080] }, APPLICATION, ['NAT0207']],
    ['not in the list', { inboundPortsInclude: [9090] }, APPLICATION, ['NAT0207']],
    ['in the list', { inboundPortsInclude: [8080] }, APPLICATION, []],
    ['excluded, and on loopback only', { inboundPortsExclude: [8080] }, { ...APPLICATION, at: '127.0.0.1:8080' }, []],
    ['excluded, and bound to lo', { inboundPortsExclude: [8080] }, { ...APPLICATION, at: '0.0.0.0%lo:8080' }, []],
    ["excluded, and the proxy's", { inboundPortsExclude: [8080] }, { at: '*:8080', process: 'envoy' }, []],
    ['nothing is captured by design', { inboundPortsInclude: [] }, APPLICATION, 'skipped'],
  ])('%s', (_, config, listener, expected) => {
    expect(codes(listenerExcluded, { config, listeners: [listener] })).toEqual(expected);
  });
});

describe('NAT0208, automatic addresses outside of the captured ranges', () => {
  const environment = { ISTIO_META_DNS_AUTO_ALLOCATE: 'true' };
  it.each<[string, Case, string[] | string]>([
    ['left out', { config: { redirectDns: true, outboundIpRangesInclude: ['10.0.0.0/8'] }, environment }, ['NAT0208']],
    ['included', { config: { redirectDns: true, outboundIpRangesInclude: ['240.240.0.0/16'] }, environment }, []],
    ['everything', { config: { redirectDns: true }, environment }, 'skipped'],
    ['not used', { config: { redirectDns: true, outboundIpRangesInclude: ['10.0.0.0/8'] } }, 'skipped'],
  ])('%s', (_, facts, expected) => {
    expect(codes(automaticAddresses, facts)).toEqual(expected);
  });
});

describe('NAT0403 and NAT0404, resolvers that DNS capture does not reach', () => {
  const environment = { POD_NAME: 'a' };
  const dns = { redirectDns: true, dnsServersV4: ['10.96.0.10'] };
  it.each<[string, Case, string[] | string]>([
    ['covered', { config: dns, environment, resolvers: ['10.96.0.10'] }, []],
    ['another one', { config: dns, environment, resolvers: ['10.96.0.10', '169.254.20.10'] }, ['NAT0403']],
    ['all are captured', { config: { ...dns, captureAllDns: true }, environment, resolvers: ['169.254.20.10'] }, []],
    [
      'port 53 excluded',
      { config: { ...dns, outboundPortsExclude: [53] }, environment, resolvers: ['10.96.0.10'] },
      ['NAT0404'],
    ],
    ["somebody else's resolv.conf", { config: dns, resolvers: ['169.254.20.10'] }, 'skipped'],
    [
      'nobody says a word, and the file is the pod’s',
      { config: dns, isAmongOwnFiles: true, resolvers: ['169.254.20.10'] },
      ['NAT0403'],
    ],
    ['DNS capture is off', { environment, resolvers: ['169.254.20.10'] }, 'skipped'],
  ])('%s', (_, facts, expected) => {
    expect(codes(resolversCovered, facts)).toEqual(expected);
  });
});

describe('NAT0503, a TPROXY listener without the right', () => {
  const root: readonly Listener[] = [{ at: '0.0.0.0:15006', uid: 0, process: 'envoy' }];
  it('is told by its user', () => {
    expect(codes(tproxyListener, { config: { interceptionMode: 'TPROXY' }, listeners: [] })).toEqual(['NAT0503']);
    expect(codes(tproxyListener, { listeners: root })).toBe('skipped');
  });

  it.each([
    ['is what the kernel says', [], ['NAT0503']],
    ['is not its user’s, where the kernel says it', ['ipv4'], []],
  ] as const)('%s', (_, transparent, expected) => {
    const config = { interceptionMode: 'TPROXY' } as const;
    expect(codes(tproxyListener, { config, listeners: [], transparent })).toEqual(expected);
  });

  it.each([
    [['10.0.0.5'], []],
    [['10.0.0.5', 'fd00::5'], ['NAT0503']],
  ])('does not matter in a family in which nothing comes in: %s', (addresses, expected) => {
    const config = { interceptionMode: 'TPROXY', enableIpv6: true } as const;
    const listeners = [{ at: '[::]:15006', process: 'envoy' }];
    expect(codes(tproxyListener, { config, listeners, addresses, transparent: ['ipv4'] })).toEqual(expected);
  });
});

describe('NAT0603 and NAT0604, addresses of IPv6', () => {
  it.each<[string, Case, string[] | string]>([
    ['there', { config: { enableIpv6: true }, addresses: ['fd00::5', '::6'] }, []],
    ['missing', { config: { enableIpv6: true }, addresses: ['fd00::5'] }, ['NAT0604']],
    ['before 1.3', { config: { istioVersion: '1.2.10', enableIpv6: true }, addresses: ['fd00::5'] }, 'skipped'],
    ['no IPv6 in the pod', { config: { enableIpv6: true }, addresses: ['10.0.0.5'] }, 'skipped'],
    ['not shown', { config: { enableIpv6: true } }, 'skipped'],
  ])('::6 %s', (_, facts, expected) => {
    expect(codes(passthroughAddress, facts)).toEqual(expected);
  });

  it.each<[string, Case, string[] | string]>([
    ['native', { config: { backend: 'nftables' }, addresses: ['fd00::5'] }, ['NAT0603']],
    ['native, no IPv6 in the pod', { config: { backend: 'nftables' }, addresses: ['10.0.0.5'] }, 'skipped'],
    ['native, IPv6 on', { config: { backend: 'nftables', enableIpv6: true }, addresses: ['fd00::5'] }, 'skipped'],
    ['iptables', { addresses: ['fd00::5'] }, 'skipped'],
  ])('captured while off: %s', (_, facts, expected) => {
    expect(codes(ipv6WhileOff, facts)).toEqual(expected);
  });
});
