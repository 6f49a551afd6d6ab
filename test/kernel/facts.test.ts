import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Packet } from '../../src/model/packet.ts';
import {
  createPod,
  type KernelPod,
  kernelTests,
  type Observation,
  PEER_IPV4,
  PEER_IPV6,
  POD_IPV4,
  POD_IPV6,
  POD_LINK_LOCAL,
  VARIANTS,
} from './index.ts';

/** What the kernel does that is easy to get wrong; src/evaluate rests on these. Seen on 6.18. */
kernelTests('facts about the kernel', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod();
  });
  afterAll(() => pod.remove());
  beforeEach(() => pod.flush());

  const inbound = (fields: Partial<Packet> = {}) => {
    const way = { source: PEER_IPV4, destination: POD_IPV4, destinationPort: 80 };
    return observe({ family: 'ipv4', hook: 'PREROUTING', protocol: 'tcp', ...way, ...fields });
  };
  const outbound = (fields: Partial<Packet> = {}) => {
    const way = { source: POD_IPV4, destination: '203.0.113.7', destinationPort: 80, uid: 0, gid: 0 };
    return observe({ family: 'ipv4', hook: 'OUTPUT', protocol: 'tcp', ...way, ...fields });
  };
  const onLoopback = { inInterface: 'lo', source: '127.0.0.1', destination: '127.0.0.1' } as const;

  async function observe(packet: Packet): Promise<Observation> {
    const observed = await pod.observe(packet);
    if (observed.kind === 'unobservable') throw new Error(observed.because);
    return observed;
  }

  describe.each(VARIANTS)('%s', (variant) => {
    const table = (name: string, ...rules: string[]) =>
      pod.restore(variant, 'ipv4', [`*${name}`, ...rules.map((rule) => `-A ${rule}`), 'COMMIT'].join('\n'));

    it('asks nat rules only where something in the namespace needs connections to be tracked', async () => {
      await using plain = await createPod({ conntrack: false });
      const packet: Packet = {
        ...{ family: 'ipv4', hook: 'OUTPUT', protocol: 'tcp', uid: 0 },
        ...{ source: POD_IPV4, destination: '203.0.113.7', destinationPort: 80 },
      };
      const mark = '-A OUTPUT -p tcp -j MARK --set-mark 5';
      await plain.restore(variant, 'ipv4', `*nat\n${mark}\nCOMMIT`);
      expect(await plain.observe(packet)).toMatchObject({ mark: 0 });
      await plain.restore(variant, 'ipv4', `*nat\n${mark}\n-A OUTPUT -p udp -j REDIRECT\nCOMMIT`);
      expect(await plain.observe(packet)).toMatchObject({ mark: 5 });
    });

    it('skips nat for packets that are not the first of a connection', async () => {
      await table('nat', 'OUTPUT -p tcp -j REDIRECT --to-ports 1');
      expect((await outbound()).verdict).toEqual({ kind: 'redirect', port: 1 });
      expect((await outbound({ ctState: 'ESTABLISHED' })).verdict).toEqual({ kind: 'accept' });
      expect((await outbound({ ctState: 'INVALID' })).verdict).toEqual({ kind: 'accept' });
      await table('raw', 'OUTPUT -j CT --notrack');
      expect(await outbound()).toMatchObject({ verdict: { kind: 'accept' }, ctState: 'UNTRACKED' });
    });

    it('calls every packet INVALID in raw, and matches no connmark there, negated or not', async () => {
      const rules = (chain: string) => [
        `${chain} -m conntrack --ctstate NEW -j MARK --or-mark 1`,
        `${chain} -m conntrack --ctstate INVALID -j MARK --or-mark 2`,
        `${chain} -m connmark --mark 0 -j MARK --or-mark 4`,
        `${chain} -m connmark ! --mark 1 -j MARK --or-mark 8`,
      ];
      await table('raw', ...rules('OUTPUT'), ...rules('PREROUTING'));
      expect(await outbound()).toMatchObject({ mark: 2, ctState: 'NEW' });
      expect(await inbound()).toMatchObject({ mark: 2, ctState: 'NEW' });
      await table('raw', ...rules('PREROUTING'));
      expect(await inbound(onLoopback)).toMatchObject({ mark: 1 | 4 | 8, ctState: 'NEW' });
    });

    it('lets the first CT target win, and none on lo', async () => {
      const zones = [1, 2].map((zone) => `-p udp -j CT --zone ${zone}`);
      await table(
        'raw',
        ...zones.map((zone) => `OUTPUT ${zone}`),
        'OUTPUT -p tcp -j CT --notrack',
        'OUTPUT -p tcp -j CT --zone 3',
      );
      expect(await outbound({ protocol: 'udp' })).toMatchObject({ ctZone: 1 });
      expect(await outbound()).toMatchObject({ ctState: 'UNTRACKED' });
      await table('raw', 'PREROUTING -j CT --zone 9');
      expect(await inbound(onLoopback)).toMatchObject({ ctZone: 0 });
    });

    it('asks mangle and not nat for a packet that comes in on lo', async () => {
      await table('mangle', 'PREROUTING -i lo -j MARK --set-mark 1');
      await table('nat', 'PREROUTING -p tcp -j REDIRECT --to-ports 1');
      expect(await inbound(onLoopback)).toMatchObject({ mark: 1, verdict: { kind: 'accept' } });
    });

    it('shows filter the redirected destination and the out-interface chosen before', async () => {
      await table('nat', 'OUTPUT -p tcp -j REDIRECT --to-ports 1');
      await table('filter', 'OUTPUT -o eth0 -p tcp -d 127.0.0.1 -m tcp --dport 1 -j DROP');
      expect((await outbound()).verdict).toEqual({ kind: 'drop' });
    });

    it('ends mangle with TPROXY, whose packet nat rewrites all the same', async () => {
      await table(
        'mangle',
        'PREROUTING -p tcp -j TPROXY --on-port 15006 --tproxy-mark 0x1',
        'PREROUTING -j MARK --set-mark 7',
      );
      await table('nat', 'PREROUTING -p tcp -j REDIRECT --to-ports 99');
      expect(await inbound()).toMatchObject({ verdict: { kind: 'tproxy', port: 15006 }, mark: 1, destinationPort: 99 });
      expect(await inbound({ ctState: 'INVALID' })).toMatchObject({ verdict: { kind: 'tproxy' }, destinationPort: 80 });
    });

    it('drops what TPROXY has no transparent socket for', async () => {
      await using bare = await createPod();
      const rule = '-A PREROUTING -p tcp -j TPROXY --on-port 15006';
      // by a command, because restore() opens the socket
      await bare.exec([`iptables-${variant}-restore`], `*mangle\n${rule}\nCOMMIT\n`);
      const way = { source: PEER_IPV4, destination: POD_IPV4, destinationPort: 80 };
      expect(await bare.observe({ family: 'ipv4', hook: 'PREROUTING', protocol: 'tcp', ...way })).toMatchObject({
        verdict: { kind: 'drop' },
      });
    });

    it('changes only the address when it redirects a protocol without ports', async () => {
      await table('nat', 'OUTPUT -j REDIRECT');
      expect(await outbound({ protocol: 'icmp' })).toMatchObject({
        verdict: { kind: 'redirect' },
        destination: '127.0.0.1',
      });
      expect(await outbound({ protocol: '50' })).toMatchObject({ verdict: { kind: 'redirect' } });
    });

    it('matches -m owner without a socket only when every option is negated', async () => {
      const options = [
        '--uid-owner 7',
        '! --uid-owner 7',
        '! --uid-owner 7 ! --gid-owner 7',
        '! --uid-owner 7 --gid-owner 7',
        '! --socket-exists',
      ];
      await table('mangle', ...options.map((option, n) => `OUTPUT -m owner ${option} -j MARK --or-mark ${1 << n}`));
      expect(await outbound({ uid: null, gid: null })).toMatchObject({ mark: 2 | 4 | 16 });
    });

    it('clears the bits of the mask and then toggles the value', async () => {
      await table('mangle', 'OUTPUT -j MARK --set-xmark 0xf0/0x0f');
      expect(await outbound({ mark: 0x1f })).toMatchObject({ mark: 0xe0 });
    });

    it('gives an INVALID packet no connection to mark', async () => {
      await table('mangle', 'OUTPUT -j CONNMARK --set-xmark 0x5', 'OUTPUT -j CONNMARK --restore-mark');
      expect(await outbound({ mark: 3 })).toMatchObject({ mark: 5, connmark: 5 });
      expect(await outbound({ mark: 3, ctState: 'INVALID' })).toMatchObject({ mark: 3, connmark: null });
    });

    it('applies the policy at an unconditional RETURN of a base chain', async () => {
      await pod.restore(
        variant,
        'ipv4',
        '*filter\n:OUTPUT DROP\n-A OUTPUT -p tcp -j ACCEPT\n-A OUTPUT -j RETURN\n-A OUTPUT -j ACCEPT\nCOMMIT',
      );
      expect((await outbound()).verdict).toEqual({ kind: 'accept' });
      expect((await outbound({ protocol: 'udp' })).verdict).toEqual({ kind: 'drop' });
    });

    it('redirects a global IPv6 destination to any address of the interface, a link-local one to its like', async () => {
      const packet: Packet = {
        ...{ family: 'ipv6', hook: 'PREROUTING', protocol: 'tcp' },
        ...{ source: PEER_IPV6, destination: POD_IPV6, destinationPort: 80 },
      };
      const linkLocal = { ...packet, destination: POD_LINK_LOCAL };
      await using bare = await createPod();
      await bare.restore(variant, 'ipv6', '*nat\n-A PREROUTING -p tcp -j REDIRECT --to-ports 1\nCOMMIT');
      const seen = async (asked: Packet) => await bare.observe(asked);
      expect(await seen(packet)).toMatchObject({ destination: POD_IPV6 });
      expect(await seen(linkLocal)).toMatchObject({ destination: POD_LINK_LOCAL });
      await bare.exec(['ip', 'addr', 'del', `${POD_IPV6}/64`, 'dev', 'eth0']);
      expect(await seen(packet)).toMatchObject({ verdict: { kind: 'redirect' }, destination: POD_LINK_LOCAL });
      await bare.exec(['ip', '-6', 'addr', 'flush', 'dev', 'eth0']);
      expect(await seen(packet)).toMatchObject({ verdict: { kind: 'drop' } });
      await bare.exec(['ip', 'addr', 'add', `${POD_IPV6}/64`, 'dev', 'eth0', 'nodad']);
      expect(await seen(packet)).toMatchObject({ destination: POD_IPV6 });
      expect(await seen(linkLocal)).toMatchObject({ verdict: { kind: 'drop' } });
    });
  });

  it('leaves a native nft rule on skuid without a value when there is no socket, inverted or not', async () => {
    await pod.nft(
      'table ip x { chain output { type filter hook output priority -150; meta skuid != 7 meta mark set 1; }; }',
    );
    expect(await outbound()).toMatchObject({ mark: 1 });
    expect(await outbound({ uid: null, gid: null })).toMatchObject({ mark: 0 });
  });

  it('asks other nft chains of the priority after an accept, and none after a drop', async () => {
    const chain = (table: string, verdict: string) =>
      `table ip ${table} { chain output { type filter hook output priority 0; ${verdict}; }; }\n`;
    await pod.nft(chain('a', 'accept') + chain('b', 'drop'));
    expect((await outbound()).verdict).toEqual({ kind: 'drop' });
  });
});
