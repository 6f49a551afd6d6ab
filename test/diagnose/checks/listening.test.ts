import { describe, expect, it } from 'vitest';
import { runCheck } from '../../../src/diagnose/check.ts';
import { CHECKS } from '../../../src/diagnose/checks/index.ts';
import { proxyListening } from '../../../src/diagnose/checks/listening.ts';
import { accepts, redirectTargets } from '../../../src/diagnose/sockets/redirect-targets.ts';
import type { Context } from '../../../src/expect/context.ts';
import { expectedRuleset } from '../../../src/expect/layout.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import type { Finding } from '../../../src/model/report.ts';
import { contextOf, podOf, podWith, saved } from '../pod-of.ts';
import { HEALTHY, type Listener, listening } from './sockets.ts';

/** What the check says of a layout with these listeners. */
function findings(inputs: Partial<Config>, listeners: readonly Listener[]): Finding[] {
  const config = { ...defaultConfig('1.28.10'), ...inputs };
  const pod = { ...podOf(expectedRuleset(config)), sockets: listening(...listeners) };
  const result = proxyListening.run(contextOf(pod, config));
  if ('skipped' in result || 'undetermined' in result) throw new Error(JSON.stringify(result));
  return [...result];
}

function runCheckOf(id: string, context: Context): readonly Finding[] {
  const check = CHECKS.find((candidate) => candidate.id === id);
  if (!check) throw new Error(`there is no check ${id}`);
  return runCheck(check, context).findings;
}

const codes = (inputs: Partial<Config>, listeners: readonly Listener[]) =>
  findings(inputs, listeners).map(({ code, family }) => `${code} ${family}`);
const but = (at: string, ...others: Listener[]) => [...HEALTHY.filter((listener) => listener.at !== at), ...others];

describe('somebody listens on every port that packets are redirected to', () => {
  it('is so in a healthy pod', () => {
    expect(codes({}, HEALTHY)).toEqual([]);
  });

  it.each([
    ['the inbound port', '0.0.0.0:15006'],
    ['the outbound port', '0.0.0.0:15001'],
  ])('not without %s', (_name, at) => {
    expect(codes({}, but(at))).toEqual(['NAT0801 ipv4']);
  });

  it('takes a wildcard of both families', () => {
    expect(codes({ enableIpv6: true }, [{ at: '*:15001' }, { at: '*:15006' }])).toEqual([]);
  });

  it('not when IPv6 is redirected to listeners of IPv4', () => {
    const [first] = findings({ enableIpv6: true }, HEALTHY);
    expect(codes({ enableIpv6: true }, HEALTHY)).toEqual(['NAT0801 ipv6']);
    expect(first?.message).toContain('of the other family');
  });

  it('not when the inbound port is open on loopback only: REDIRECT goes to the address of eth0', () => {
    const [finding] = findings({}, but('0.0.0.0:15006', { at: '127.0.0.1:15006' }));
    expect(finding?.message).toContain('somebody listens on 127.0.0.1 only');
  });

  it('though the outbound port is open on loopback only: REDIRECT of local packets goes there', () => {
    expect(codes({}, but('0.0.0.0:15001', { at: '127.0.0.1:15001' }))).toEqual([]);
  });

  it('asks for the transparent listener of TPROXY', () => {
    expect(codes({ interceptionMode: 'TPROXY' }, but('0.0.0.0:15006'))).toEqual(['NAT0801 ipv4']);
  });

  it('asks for both protocols of DNS', () => {
    const dns = { redirectDns: true, captureAllDns: true };
    const tcp: Listener = { at: '127.0.0.1:15053' };
    expect(codes(dns, [...HEALTHY, tcp, { ...tcp, protocol: 'udp' }])).toEqual([]);
    expect(codes(dns, [...HEALTHY, tcp])).toEqual(['NAT0405 ipv4']);
    const [none, ...others] = findings(dns, HEALTHY);
    expect(others).toEqual([]);
    expect(none?.code).toBe('NAT0405');
    expect(none?.message).toContain('tcp and udp port 15053, where nobody listens');
  });

  it('is one fault when the whole proxy is not there, and another for each reason', () => {
    const [gone, ...others] = findings({}, [{ at: '*:8080' }]);
    expect(others).toEqual([]);
    expect(gone?.message).toContain('tcp ports 15006 and 15001, where nobody listens');
    expect(codes({}, [{ at: '127.0.0.1:15006' }])).toEqual(['NAT0801 ipv4', 'NAT0801 ipv4']);
  });

  it('is no second fault where the port itself is wrong', () => {
    const config = defaultConfig('1.28.10');
    const text = saved(config, (lines) => lines.map((line) => line.replace('--to-ports 15006', '--to-ports 15011')));
    const context = contextOf(podWith(text, { sockets: listening(...HEALTHY) }), config);
    const found = runCheckOf('redirect-ports', context);
    expect(found.map(({ code }) => code)).toEqual(['NAT0104']);
    expect(found[0]?.message).toContain('Nobody listens on tcp port 15011');
    expect(found[0]?.evidence).toContainEqual(expect.objectContaining({ command: 'ss -ltun' }));
    expect(runCheckOf('proxy-listening', context)).toEqual([]);
  });

  it('not when nobody listens at all, which is one fault', () => {
    const found = findings({ redirectDns: true, captureAllDns: true }, []);
    expect(found.map(({ code }) => code)).toEqual(['NAT0801']);
    expect(found[0]?.message).toContain('the containers have not started');
    expect(found[0]?.message).toContain('istio-cni');
  });

  it('says nothing when nobody looked', () => {
    const pod = podOf(expectedRuleset(defaultConfig('1.28.10')));
    expect(proxyListening.run(contextOf({ ...pod, sockets: null }))).toHaveProperty('skipped');
  });
});

describe('redirect targets', () => {
  it('are those that a hook leads to, with all hooks that do', () => {
    const targets = redirectTargets(expectedRuleset(defaultConfig('1.28.10')));
    expect(targets.map(({ hook, port }) => `${hook} ${port}`).toSorted()).toEqual([
      'OUTPUT 15001',
      'OUTPUT 15006',
      'PREROUTING 15006',
    ]);
  });

  it('of native tables are those of both families', () => {
    const targets = redirectTargets(expectedRuleset({ ...defaultConfig('1.28.10'), backend: 'nftables' }));
    expect(new Set(targets.map(({ family }) => family))).toEqual(new Set(['ipv4', 'ipv6']));
  });
});

describe('a listener accepts', () => {
  const [target] = redirectTargets(expectedRuleset(defaultConfig('1.28.10'))).filter(
    ({ hook }) => hook === 'PREROUTING',
  );
  it.each([
    ['0.0.0.0:15006', true],
    ['*:15006', true],
    ['10.0.0.5:15006', true],
    ['[::]:15006', false],
    ['127.0.0.1:15006', false],
    ['0.0.0.0:15007', false],
    ['0.0.0.0%eth0:15006', true],
    ['0.0.0.0%lo:15006', false],
  ])('%s: %s', (at, yes) => {
    const [socket] = listening({ at });
    expect(target && socket && accepts(socket, target)).toBe(yes);
  });
});
