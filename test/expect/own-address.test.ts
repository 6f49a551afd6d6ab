import { describe, expect, it } from 'vitest';
import type { InterfaceAddress } from '../../src/model/routing.ts';
import { diagnosisOf, podWith, saved } from '../diagnose/pod-of.ts';

const filter = (rules: readonly string[], policy = 'DROP', chain = 'INPUT') =>
  `*filter\n:${chain} ${policy} [0:0]\n${rules.map((rule) => `-A ${chain} ${rule}`).join('\n')}\nCOMMIT\n`;

/** What is said of a healthy sidecar with a firewall beside it, and of its address if it is known. */
function judged(firewall: string, address?: string) {
  const own = (text: string): InterfaceAddress => ({
    ...{ interface: 'eth0', address: text, prefixLength: 24, scope: 'global' },
    family: text.includes(':') ? 'ipv6' : 'ipv4',
  });
  const routing = address === undefined ? null : { rules: [], routes: [], addresses: [own(address)] };
  const { verdict, findings, undetermined } = diagnosisOf(podWith(`${saved({})}\n${firewall}`, { routing }));
  const told = findings.filter(({ code }) => code === 'NAT0109');
  return { verdict, codes: told.map(({ severity }) => severity), told, undetermined };
}

const ACCEPTED = ['-i lo -j ACCEPT', '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'];

describe.each([
  ['a range', '-d 10.244.9.0/24 -i eth0 -j ACCEPT'],
  ['one address', '-d 10.244.9.5/32 -j ACCEPT'],
])('an INPUT policy of DROP with an ACCEPT for %s', (_, rule) => {
  const firewall = filter([...ACCEPTED, rule]);

  it('is open while the addresses of the pod are not known, and nothing is to be done about it', () => {
    const { verdict, codes, undetermined } = judged(firewall);
    expect({ verdict, codes }).toEqual({ verdict: 'undetermined', codes: [] });
    expect(undetermined.map(({ message }) => message)).toEqual([expect.stringContaining(rule)]);
  });

  it('is what it does to the address of the pod', () => {
    expect(judged(firewall, '10.244.9.5')).toMatchObject({ verdict: 'healthy', codes: [] });
    const { verdict, told } = judged(firewall, '10.244.8.5');
    expect(verdict).toBe('broken');
    expect(told[0]?.differences[0]?.witness.destination).toBe('10.244.8.5');
  });
});

describe('a DROP that names addresses', () => {
  it('of the pod itself is open without them', () => {
    const firewall = filter(['-d 10.244.9.5/32 -p tcp -m tcp --dport 8080 -j DROP'], 'ACCEPT');
    expect(judged(firewall)).toMatchObject({ verdict: 'undetermined', codes: [] });
    expect(judged(firewall, '10.244.9.5').verdict).toBe('broken');
    expect(judged(firewall, '10.244.9.6').verdict).toBe('healthy');
  });

  it('and spares none is a fault whatever the address is', () => {
    expect(judged(filter(['-d 10.244.9.0/24 -j DROP'], 'DROP')).verdict).toBe('broken');
    expect(judged(filter([], 'DROP'), '10.244.9.5').verdict).toBe('broken');
  });

  it('as sources of what the pod sends is the same', () => {
    const firewall = filter(['-o lo -j ACCEPT', '-s 10.244.9.0/24 -j ACCEPT'], 'DROP', 'OUTPUT');
    expect(judged(firewall)).toMatchObject({ verdict: 'undetermined', codes: [] });
    expect(judged(firewall, '10.244.9.5').verdict).toBe('healthy');
    expect(judged(firewall, '10.244.8.5').verdict).toBe('broken');
  });
});

describe('a DROP of some remote addresses', () => {
  it.each([
    ['INPUT', '-s 100.64.0.0/10 ! -i tailscale0 -j DROP'],
    ['INPUT', '-s 203.0.113.0/24 -p tcp -j DROP'],
    ['INPUT', '-i tun0 -j DROP'],
    ['OUTPUT', '-d 169.254.169.254/32 -j DROP'],
    ['OUTPUT', '-d 198.51.100.7/32 -p tcp -j REJECT'],
  ])('that a pod may never meet is a warning without commands: %s %s', (chain, rule) => {
    const { verdict, codes, told } = judged(filter([rule], 'ACCEPT', chain));
    expect({ verdict, codes }).toEqual({ verdict: 'degraded', codes: ['warning'] });
    expect(told[0]?.evidence[0]?.text).toContain(rule);
    expect(told[0]?.remedy).not.toContain('iptables');
  });

  it.each([
    ['INPUT', '-s 10.0.0.0/8 -j DROP'],
    ['INPUT', '! -s 10.0.0.0/8 -j DROP'],
    ['INPUT', '! -i tun0 -j DROP'],
    ['OUTPUT', '-d 0.0.0.0/1 -j DROP'],
    ['OUTPUT', '-p tcp -j DROP'],
  ])('that every pod meets is an error: %s %s', (chain, rule) => {
    expect(judged(filter([rule], 'ACCEPT', chain)).verdict).toBe('broken');
  });

  it('is an error where the pod is among them', () => {
    const firewall = filter(['-s 100.64.0.0/10 ! -i tailscale0 -j DROP'], 'ACCEPT');
    expect(judged(firewall, '100.65.1.5').verdict).toBe('broken');
    expect(judged(firewall, '10.244.1.5').verdict).toBe('degraded');
  });
});
