import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import type { Packet } from '../../src/model/packet.ts';
import { createPod, type KernelPod, kernelTests, type Observation, PEER_IPV4, PEER_IPV6, VARIANTS } from './index.ts';

const ADDRESSES = {
  ipv4: { pod: '10.77.0.5', peer: PEER_IPV4, far: '203.0.113.7', loopback: '127.0.0.1', elsewhere: '10.9.9.9' },
  ipv6: { pod: 'fd77::5', peer: PEER_IPV6, far: '2001:db8::7', loopback: '::1', elsewhere: '2001:db8::99' },
} as const;

function inbound(family: Family, fields: Partial<Packet> = {}): Packet {
  const { pod, peer } = ADDRESSES[family];
  return {
    family,
    hook: 'PREROUTING',
    protocol: 'tcp',
    source: peer,
    destination: pod,
    destinationPort: 8080,
    ...fields,
  };
}

function outbound(family: Family, fields: Partial<Packet> = {}): Packet {
  const { pod, far } = ADDRESSES[family];
  const owner = { uid: 1000, gid: 1000 };
  return {
    family,
    hook: 'OUTPUT',
    protocol: 'tcp',
    source: pod,
    destination: far,
    destinationPort: 443,
    ...owner,
    ...fields,
  };
}

kernelTests('the taps of a kernel pod', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod({ interfaces: ['net1'] });
  });
  afterAll(() => pod.remove());
  beforeEach(() => pod.flush());

  async function observe(packet: Packet): Promise<Observation> {
    const observed = await pod.observe(packet);
    if (observed.kind === 'unobservable') throw new Error(observed.because);
    return observed;
  }

  async function verdict(packet: Packet) {
    return (await observe(packet)).verdict;
  }

  describe.each(VARIANTS.flatMap((variant) => FAMILIES.map((family) => [variant, family] as const)))(
    '%s, %s',
    (variant, family) => {
      const own = ADDRESSES[family];
      const table = (name: string, ...lines: string[]) =>
        pod.restore(variant, family, [`*${name}`, ...lines, 'COMMIT'].join('\n'));

      it('let everything by without rules', async () => {
        expect(await verdict(inbound(family))).toEqual({ kind: 'accept' });
        expect(await verdict(outbound(family))).toEqual({ kind: 'accept' });
        expect(await observe(inbound(family))).toMatchObject({ mark: 0, connmark: 0, ctZone: 0, ctState: 'NEW' });
      });

      it('see REDIRECT in both hooks, again and again', async () => {
        await table(
          'nat',
          '-A PREROUTING -p tcp -j REDIRECT --to-ports 15006',
          '-A OUTPUT -p tcp -j REDIRECT --to-ports 15001',
        );
        for (const _ of [1, 2, 3]) {
          expect(await observe(inbound(family))).toMatchObject({
            verdict: { kind: 'redirect', port: 15006 },
            destination: own.pod,
          });
          expect(await observe(outbound(family))).toMatchObject({
            verdict: { kind: 'redirect', port: 15001 },
            destination: own.loopback,
          });
        }
        expect(await verdict(outbound(family, { protocol: 'udp' }))).toEqual({ kind: 'accept' });
      });

      it('see DNAT', async () => {
        const to = family === 'ipv4' ? `${own.elsewhere}:99` : `[${own.elsewhere}]:99`;
        await table('nat', `-A OUTPUT -p tcp -j DNAT --to-destination ${to}`);
        expect(await verdict(outbound(family))).toEqual({ kind: 'dnat', to });
      });

      it('see DROP in mangle, and RETURN ahead of it', async () => {
        await table('mangle', '-A PREROUTING -p tcp -m tcp --dport 22 -j RETURN', '-A PREROUTING -p tcp -j DROP');
        expect(await verdict(inbound(family))).toEqual({ kind: 'drop' });
        expect(await verdict(inbound(family, { destinationPort: 22 }))).toEqual({ kind: 'accept' });
      });

      it('tell REJECT from DROP by the answer', async () => {
        await table(
          'filter',
          '-A OUTPUT -p tcp -j REJECT --reject-with tcp-reset',
          '-A OUTPUT -p udp -j REJECT',
          '-A OUTPUT -j DROP',
        );
        for (const ctState of ['NEW', 'INVALID', 'ESTABLISHED'] as const) {
          expect(await verdict(outbound(family, { ctState })), ctState).toEqual({ kind: 'reject' });
        }
        expect(await verdict(outbound(family, { protocol: 'udp' }))).toEqual({ kind: 'reject' });
        expect(await verdict(outbound(family, { protocol: '132' }))).toEqual({ kind: 'drop' });
      });

      it('see MARK, and hand in packets with a mark', async () => {
        await table(
          'mangle',
          '-A PREROUTING -m mark --mark 0x7 -j MARK --set-xmark 0x10/0xf0',
          '-A OUTPUT -m mark --mark 0x7 -j MARK --set-mark 9',
        );
        expect(await observe(inbound(family, { mark: 7 }))).toMatchObject({ mark: 0x17 });
        expect(await observe(inbound(family, { mark: 8 }))).toMatchObject({ mark: 8 });
        expect(await observe(outbound(family, { mark: 7 }))).toMatchObject({ mark: 9 });
      });

      it('see the zone that CT assigns', async () => {
        await table('raw', '-A PREROUTING -p udp -j CT --zone 1', '-A OUTPUT -p udp -m udp --dport 53 -j CT --zone 2');
        expect(await observe(inbound(family, { protocol: 'udp' }))).toMatchObject({ ctZone: 1 });
        expect(await observe(outbound(family, { protocol: 'udp', destinationPort: 53 }))).toMatchObject({ ctZone: 2 });
        expect(await observe(outbound(family))).toMatchObject({ ctZone: 0 });
      });

      it('see which port TPROXY chose', async () => {
        await table(
          'mangle',
          '-A PREROUTING -p tcp -m tcp --dport 80 -j TPROXY --on-port 15006 --tproxy-mark 0x539',
          '-A PREROUTING -p udp -j TPROXY --on-port 15053 --tproxy-mark 0x1/0x1',
        );
        expect(await observe(inbound(family, { destinationPort: 80 }))).toMatchObject({
          verdict: { kind: 'tproxy', port: 15006 },
          mark: 1337,
        });
        expect(await observe(inbound(family, { protocol: 'udp' }))).toMatchObject({
          verdict: { kind: 'tproxy', port: 15053 },
        });
        expect(await verdict(inbound(family, { destinationPort: 15006 }))).toEqual({ kind: 'accept' });
      });

      it('send as the owner that is asked for, or as none', async () => {
        const mark = (match: string, value: number) => `-A OUTPUT -m owner ${match} -j MARK --or-mark ${value}`;
        await table(
          'mangle',
          mark('--uid-owner 1337', 1),
          mark('--gid-owner 1338', 2),
          mark('! --uid-owner 1337', 4),
          mark('--socket-exists', 8),
        );
        const markOf = async (uid: number | null, gid: number | null) =>
          (await observe(outbound(family, { uid, gid }))).mark;
        expect(await markOf(1337, 1338)).toBe(1 | 2 | 8);
        expect(await markOf(0, 1338)).toBe(2 | 4 | 8);
        expect(await markOf(null, null)).toBe(4);
      });

      it('make packets of the states asked for, with a connection mark', async () => {
        const states = ['NEW', 'ESTABLISHED', 'INVALID', 'RELATED'] as const;
        await table(
          'mangle',
          ...states.map((state, n) => `-A PREROUTING -m conntrack --ctstate ${state} -j MARK --set-mark ${n + 1}`),
          '-A OUTPUT -m connmark --mark 0x5 -j MARK --set-mark 5',
        );
        for (const [n, ctState] of states.entries()) {
          for (const protocol of ctState === 'RELATED' ? ['icmp'] : ['tcp', 'udp', 'icmp']) {
            expect(await observe(inbound(family, { protocol, ctState })), protocol).toMatchObject({
              mark: n + 1,
              ctState,
            });
          }
        }
        for (const ctState of ['NEW', 'ESTABLISHED'] as const) {
          expect(await observe(outbound(family, { ctState, connmark: 5 }))).toMatchObject({
            mark: 5,
            connmark: 5,
            ctState,
          });
          expect(await observe(outbound(family, { ctState }))).toMatchObject({ mark: 0, connmark: 0, ctState });
        }
      });

      it('find an existing connection in the zone that the rules look in', async () => {
        await table('raw', '-A OUTPUT -p udp -j CT --zone 5');
        const packet = outbound(family, { protocol: 'udp', ctState: 'ESTABLISHED', connmark: 3 });
        expect(await observe(packet)).toMatchObject({ ctState: 'ESTABLISHED', ctZone: 5, connmark: 3 });
      });

      it('take packets in and out by the interface asked for', async () => {
        await table(
          'mangle',
          '-A PREROUTING -i net1 -j MARK --set-mark 1',
          '-A PREROUTING -i lo -j MARK --set-mark 2',
          '-A OUTPUT -o net1 -j MARK --set-mark 3',
          '-A OUTPUT -o lo -j MARK --set-mark 4',
        );
        expect(await observe(inbound(family, { inInterface: 'net1' }))).toMatchObject({ mark: 1, interface: 'net1' });
        expect(await observe(outbound(family, { outInterface: 'net1' }))).toMatchObject({ mark: 3, interface: 'net1' });
        expect(await observe(outbound(family, { destination: own.pod }))).toMatchObject({ mark: 4, interface: 'lo' });
      });

      it('bring packets in on lo by way of OUTPUT, if OUTPUT leaves them alone', async () => {
        await table('mangle', '-A PREROUTING -i lo -j MARK --set-mark 2');
        const packet = inbound(family, { inInterface: 'lo', source: own.loopback, destination: own.loopback });
        for (const _ of [1, 2]) expect(await observe(packet)).toMatchObject({ mark: 2, ctState: 'NEW' });
        await table('nat', '-A OUTPUT -p tcp -j REDIRECT --to-ports 1');
        expect(await pod.observe(packet)).toMatchObject({ kind: 'unobservable' });
      });

      it('say which rules were hit, by position', async () => {
        await table(
          'nat',
          ':ISTIO_OUTPUT - [0:0]',
          ':ISTIO_REDIRECT - [0:0]',
          '-A OUTPUT -p udp -j RETURN',
          '-A OUTPUT -p tcp -j ISTIO_OUTPUT',
          '-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN',
          '-A ISTIO_OUTPUT -j ISTIO_REDIRECT',
          '-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
        );
        const rules = async (uid: number) =>
          (await pod.path(outbound(family, { uid })))
            .filter((step) => step.kind === 'rule')
            .map((step) => `${step.table} ${step.chain} ${step.index}`);
        expect(await rules(1000)).toEqual(['nat OUTPUT 2', 'nat ISTIO_OUTPUT 2', 'nat ISTIO_REDIRECT 1']);
        expect(await rules(1337)).toEqual(['nat OUTPUT 2', 'nat ISTIO_OUTPUT 1']);
      });

      it('read back what was loaded, and nothing after a flush', async () => {
        await table('nat', '-A OUTPUT -p tcp -m tcp --dport 1 -j RETURN');
        expect(await pod.readBack(variant, family)).toContain('-A OUTPUT -p tcp -m tcp --dport 1 -j RETURN');
        await pod.flush();
        expect(await pod.readBack(variant, family)).not.toContain('-A');
        expect(await verdict(outbound(family))).toEqual({ kind: 'accept' });
      });
    },
  );

  it('see what native nftables rules do', async () => {
    await pod.nft(`table inet istio-proxy-nat {
      chain prerouting { type nat hook prerouting priority dstnat; tcp dport 8080 redirect to :15006; }
      chain output { type nat hook output priority -100; meta l4proto { tcp, udp } meta skuid 1000 redirect to :15001; }
    }`);
    for (const family of FAMILIES) {
      expect(await verdict(inbound(family))).toEqual({ kind: 'redirect', port: 15006 });
      expect(await verdict(outbound(family, { protocol: 'udp' }))).toEqual({ kind: 'redirect', port: 15001 });
      expect(await verdict(outbound(family, { uid: 1 }))).toEqual({ kind: 'accept' });
    }
    expect((await pod.path(inbound('ipv4'))).map((step) => [step.table, step.chain, step.index])).toContainEqual([
      'istio-proxy-nat',
      'prerouting',
      1,
    ]);
  });

  it('name packets that cannot be', async () => {
    const reason = async (packet: Packet) => {
      const observed = await pod.observe(packet);
      return observed.kind === 'unobservable' ? observed.because : 'observed';
    };
    expect(await reason(outbound('ipv4', { destination: '127.0.0.1', outInterface: 'eth0' }))).toContain(
      'lo, not eth0',
    );
    expect(await reason(outbound('ipv4', { source: '127.0.0.6' }))).toContain('no route from a loopback address');
    expect(await reason(inbound('ipv6', { destination: '::1' }))).toContain('discards');
    expect(await reason(inbound('ipv4', { ctState: 'UNTRACKED' }))).toContain('UNTRACKED');
    expect(await reason(inbound('ipv4', { ctState: 'RELATED' }))).toContain('RELATED');
  });

  it('watch more than a thousand packets a second', async () => {
    await pod.restore(
      'legacy',
      'ipv4',
      '*nat\n-A OUTPUT -p tcp -m owner --uid-owner 1007 -j REDIRECT --to-ports 15001\nCOMMIT',
    );
    const packets = Array.from({ length: 2000 }, (_, n) =>
      outbound('ipv4', { uid: 1000 + (n % 50), destinationPort: 1 + n }),
    );
    const start = performance.now();
    const observed = await pod.observeAll(packets);
    expect(performance.now() - start).toBeLessThan(2000);
    const redirected = observed.flatMap((seen, n) =>
      seen.kind === 'observed' && seen.verdict.kind === 'redirect' ? [n % 50] : [],
    );
    expect(redirected).toEqual(Array(40).fill(7));
  });
});
