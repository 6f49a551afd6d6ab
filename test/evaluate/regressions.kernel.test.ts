import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluatePacket, Hooks } from '../../src/evaluate/packet.ts';
import type { Packet, Verdict } from '../../src/model/packet.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { createPod, disagreement, type KernelPod, kernelTests, VARIANTS, type Variant } from '../kernel/index.ts';
import { LOOPBACK, OWN, PEER, REMOTE } from './random/vocabulary.ts';

interface Regression {
  /** What was computed otherwise once. */
  readonly name: string;
  readonly rules: string;
  readonly packet: Packet;
  readonly verdict: Verdict;
  /** Only one variant has the peculiarity. */
  readonly only?: Variant;
}

const OUT6: Packet = {
  ...{ family: 'ipv6', hook: 'OUTPUT', protocol: 'tcp', source: LOOPBACK.ipv6, destination: LOOPBACK.ipv6 },
  ...{ sourcePort: 40000, destinationPort: 8080, outInterface: 'lo', uid: 1000, gid: 1000 },
};
const ERROR: Packet = {
  ...{ family: 'ipv4', hook: 'PREROUTING', protocol: 'icmp', source: REMOTE.ipv4, destination: OWN.ipv4 },
  ...{ inInterface: 'eth0', ctState: 'RELATED' },
};
const IN: Packet = {
  ...{ family: 'ipv4', hook: 'PREROUTING', protocol: 'tcp', source: PEER.ipv4, destination: OWN.ipv4 },
  ...{ sourcePort: 40000, destinationPort: 8080, inInterface: 'eth0' },
};

const REGRESSIONS: readonly Regression[] = [
  {
    name: 'an IPv6 loopback address is of type UNICAST too',
    rules: '*nat\n-A OUTPUT -p tcp -m addrtype --dst-type UNICAST -j REDIRECT --to-ports 15001\nCOMMIT',
    packet: OUT6,
    verdict: { kind: 'redirect', port: 15001 },
  },
  {
    name: 'LOCAL and UNICAST are both demanded of an IPv6 address, not one of them',
    rules: '*nat\n-A OUTPUT -p tcp -m addrtype --dst-type LOCAL,UNICAST -j REDIRECT --to-ports 15001\nCOMMIT',
    packet: { ...OUT6, source: OWN.ipv6, destination: REMOTE.ipv6, outInterface: 'eth0' },
    verdict: { kind: 'accept' },
  },
  {
    name: 'an address type is one of the interface asked about, which is not known',
    rules:
      '*nat\n-A OUTPUT -p tcp -m addrtype ! --dst-type LOCAL --limit-iface-out -j REDIRECT --to-ports 15001\nCOMMIT',
    packet: { ...OUT6, source: OWN.ipv6, destination: OWN.ipv6 },
    verdict: { kind: 'undetermined', because: expect.stringContaining('nat OUTPUT rule 1') },
  },
  {
    name: 'an ICMP error does not ask nat rules',
    rules: '*nat\n-A PREROUTING -j DNAT --to-destination 10.77.0.9\nCOMMIT',
    packet: ERROR,
    verdict: { kind: 'accept' },
  },
  {
    name: 'two inverted ports are compared at once by iptables-nft 1.8.9, so the text does not decide',
    rules: '*raw\n-A PREROUTING -p tcp -m tcp ! --sport 40000 ! --dport 15006 -j DROP\nCOMMIT',
    packet: IN,
    verdict: { kind: 'undetermined', because: expect.stringContaining('raw PREROUTING rule 1') },
    only: 'nft',
  },
  {
    name: 'two inverted ports must both differ in legacy',
    rules: '*raw\n-A PREROUTING -p tcp -m tcp ! --sport 40000 ! --dport 15006 -j DROP\nCOMMIT',
    packet: IN,
    verdict: { kind: 'accept' },
    only: 'legacy',
  },
];

kernelTests('what was once computed otherwise than the kernel does it', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod();
  });
  afterAll(() => pod?.remove());

  const cases = REGRESSIONS.flatMap((regression) =>
    VARIANTS.filter((variant) => (regression.only ?? variant) === variant).map((variant) => ({
      ...regression,
      variant,
    })),
  );
  it.each(cases)('$name ($variant)', async ({ rules, packet, verdict, variant }) => {
    await pod.flush();
    await pod.restore(variant, packet.family, rules);
    const backend = `iptables-${variant}` as const;
    const { tables } = parseIptables(rules, { source: 'rules', family: packet.family, backend });
    const computed = evaluatePacket(new Hooks({ tables }), packet).verdict;
    expect(computed).toEqual(verdict);
    const observed = await pod.observe(packet);
    if (observed.kind === 'unobservable') throw new Error(observed.because);
    expect(disagreement(packet, computed, observed)).toBeNull();
  });
});
