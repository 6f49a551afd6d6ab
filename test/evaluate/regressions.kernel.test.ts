import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareRulesets } from '../../src/evaluate/compare.ts';
import { evaluatePacket, Hooks } from '../../src/evaluate/packet.ts';
import type { Family } from '../../src/model/family.ts';
import type { Packet, Verdict } from '../../src/model/packet.ts';
import type { Table } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { parseNft } from '../../src/parse/nft/index.ts';
import { createPod, disagreement, type KernelPod, kernelTests, VARIANTS, type Variant } from '../kernel/index.ts';
import { LOOPBACK, OWN, PEER, REMOTE } from './random/vocabulary.ts';

interface Regression {
  /** What was computed otherwise once. */
  readonly name: string;
  readonly rules: string;
  readonly packet: Packet;
  readonly verdict: Verdict;
  /** Only one backend has the peculiarity; `native` rules are nft's own text. */
  readonly only?: Variant | 'native';
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
  {
    name: 'two inverted ports are compared at once by nft 1.0.6 too',
    rules: native('raw -300', 'tcp sport != 40000 meta mark set 1 tcp dport != 15006 drop'),
    packet: IN,
    verdict: { kind: 'undetermined', because: expect.stringContaining('raw only rule 1') },
    only: 'native',
  },
  {
    name: 'of two chains at one priority the one registered last is asked first',
    rules: native('first -150', 'meta mark set 1') + native('second -150', 'meta mark set 2'),
    packet: IN,
    verdict: { kind: 'accept', mark: 1 },
    only: 'native',
  },
  {
    name: 'a native rule ends where it reads the mark of a connection that is not there',
    rules: native('mangle -150', 'meta mark set ct mark drop'),
    packet: { ...IN, ctState: 'INVALID' },
    verdict: { kind: 'accept' },
    only: 'native',
  },
  {
    name: 'the mark of a template can be read by iptables, as 0',
    rules: '*raw\n-A PREROUTING -j CT --zone 1\n-A PREROUTING -m connmark --mark 0 -j MARK --set-mark 5\nCOMMIT',
    packet: IN,
    verdict: { kind: 'accept', mark: 5, ctZone: 1 },
  },
  {
    name: 'the mark of a template cannot be read by nft',
    rules: native('raw -300', 'ct zone set 1', 'ct mark 0 meta mark set 5', 'meta mark set ct mark drop'),
    packet: IN,
    verdict: { kind: 'accept', ctZone: 1 },
    only: 'native',
  },
  {
    name: 'a zone is set for a packet that was not to be tracked',
    rules: native('raw -300', 'notrack', 'ct zone set 2'),
    packet: IN,
    verdict: { kind: 'accept', ctZone: 2 },
    only: 'native',
  },
];

/** A native table named and ranked by `place`, with one chain. */
function native(place: string, ...rules: readonly string[]): string {
  const [name, priority] = place.split(' ');
  const chain = [`type filter hook prerouting priority ${priority};`, ...rules].join('\n    ');
  return `table inet ${name} {\n  chain only {\n    ${chain}\n  }\n}\n`;
}

interface Missed {
  /** Which difference was not seen once. */
  readonly name: string;
  readonly now: string;
  readonly before: string;
  readonly packet: Packet;
  readonly localAddresses?: readonly string[];
}

const OUT: Packet = { ...OUT6, family: 'ipv4', source: OWN.ipv4, destination: REMOTE.ipv4, outInterface: 'eth0' };
const inbound = (rule: string) => `*raw\n-A PREROUTING ${rule} -j DROP\nCOMMIT`;
const marking = (...rules: readonly string[]) =>
  ['*mangle', ...rules.map((one) => `-A OUTPUT ${one}`), 'COMMIT'].join('\n');
const TURNED = '-j MARK --set-xmark 0x539/0x0';

const sent = (rule: string) => `*filter\n-A OUTPUT ${rule}\nCOMMIT`;

const MISSED: readonly Missed[] = [
  {
    name: 'the addresses beside the one of the pod are not its own',
    now: sent('-d 10.0.0.0/8 -j DROP'),
    before: sent('-d 10.77.0.5/32 -j DROP'),
    packet: { ...OUT, destination: '10.96.0.10' },
    localAddresses: [OWN.ipv4],
  },
  {
    name: 'eth+ covers more than eth0',
    now: inbound('-i eth+'),
    before: inbound('-i eth0'),
    packet: { ...IN, inInterface: 'eth1' },
  },
  {
    name: 'an XOR makes a mark that a rule names of one that none names',
    now: marking(TURNED, '-m mark --mark 0x1 -j DROP'),
    before: marking(TURNED),
    packet: { ...OUT, mark: 0x538 },
  },
];

kernelTests('what was once computed otherwise than the kernel does it', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod({ interfaces: ['eth1'] });
  });
  afterAll(() => pod?.remove());

  const cases = REGRESSIONS.flatMap((regression) =>
    (regression.only ? [regression.only] : VARIANTS).map((backend) => ({ ...regression, backend })),
  );
  it.each(cases)('$name ($backend)', async ({ rules, packet, verdict, backend }) => {
    await pod.flush();
    const tables = await load(backend, packet.family, rules);
    const computed = evaluatePacket(new Hooks({ tables }), packet).verdict;
    expect(computed).toEqual(verdict);
    const observed = await pod.observe(packet);
    if (observed.kind === 'unobservable') throw new Error(observed.because);
    expect(disagreement(packet, computed, observed)).toBeNull();
  });

  const missed = MISSED.flatMap((one) => VARIANTS.map((backend) => ({ ...one, backend })));
  it.each(missed)('$name ($backend)', async ({ now, before, packet, backend, localAddresses = [] }) => {
    const { family, hook } = packet;
    const ways = [];
    for (const text of [now, before]) {
      await pod.flush();
      const tables = await load(backend, family, text);
      const observed = await pod.observe(packet);
      if (observed.kind === 'unobservable') throw new Error(observed.because);
      ways.push({ rules: { tables }, fate: observed.verdict });
    }
    const [a, b] = ways;
    if (!a || !b) throw new Error('two texts were given');
    expect(a.fate).not.toEqual(b.fate);
    const { different, open } = compareRulesets(a.rules, b.rules, {
      hook,
      family,
      localAddresses,
      classes: 'outcomes',
    });
    expect(open).toEqual([]);
    expect(different.map(({ live, expected }) => [live.verdict, expected.verdict])).toMatchObject([[a.fate, b.fate]]);
  });

  async function load(backend: Variant | 'native', family: Family, rules: string): Promise<readonly Table[]> {
    if (backend !== 'native') {
      await pod.restore(backend, family, rules);
      return parseIptables(rules, { source: 'rules', family, backend: `iptables-${backend}` }).tables;
    }
    await pod.nft(rules);
    return parseNft((await pod.exec(['nft', 'list', 'ruleset'])).stdout, { source: 'nft' }).tables.filter(({ name }) =>
      rules.includes(`table inet ${name} {`),
    );
  }
});
