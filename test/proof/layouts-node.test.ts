import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import { runInside } from '../kernel/commands.ts';
import { createPod, type KernelPod, kernelTests, VARIANTS, type Variant } from '../kernel/index.ts';
import { load } from './layouts/load.ts';
import { ADDRESSES } from './layouts/packets.ts';

const KUBELET = 1500;
const OTHER = 1000;

const haveIpset = ['/usr/sbin/ipset', '/sbin/ipset', '/usr/bin/ipset'].some((path) => existsSync(path));

interface Layout {
  readonly variant: Variant | 'native';
  readonly release: string;
}

const full = process.env.ISTIO_NAT_FULL_KERNEL === '1';

/** The node's layouts: one set for both families until 1.22, IPv6 since 1.23, native tables since 1.28. */
const IPTABLES = full ? ['1.21.6', '1.22.8', '1.23.6', '1.26.8', '1.27.0', '1.31.0'] : ['1.22.8', '1.31.0'];
const NATIVE = full ? ['1.28.0', '1.28.1', '1.28.10', '1.31.0'] : ['1.31.0'];
const LAYOUTS: readonly Layout[] = [
  ...VARIANTS.flatMap((variant) => IPTABLES.map((release) => ({ variant, release }))),
  ...NATIVE.map((release) => ({ variant: 'native' as const, release })),
];

kernelTests('on a node, what goes to ambient pods comes from the address that they exempt', () => {
  let node: KernelPod;
  beforeEach(async () => {
    node = await createPod();
    for (const family of FAMILIES) {
      const { own, probe } = ADDRESSES[family];
      const way = ['ip', family === 'ipv4' ? '-4' : '-6', 'route', 'add', probe, 'via', own];
      expect((await runInside(node.peerNetns, way)).exitCode).toBe(0);
    }
  });
  afterEach(() => node?.remove());

  it.each(LAYOUTS.filter(({ variant }) => haveIpset || variant === 'native'))(
    '$release in $variant',
    async ({ variant, release }) => {
      const backend = variant === 'native' ? 'nftables' : 'iptables';
      const config = { ...defaultConfig(release, 'istio-cni', 'ambient'), scope: 'host', backend } as const;
      const families = config.enableIpv6 ? FAMILIES : (['ipv4'] as const);
      if (variant !== 'native') await createSets(release);
      await load(node, buildLayout(config, { kubeletUid: KUBELET }), variant, FAMILIES);
      for (const family of families) await enrolPeer(family, { variant, release });
      for (const family of families) await prove(family, variant);
    },
  );

  async function prove(family: Family, variant: Layout['variant']): Promise<void> {
    const { own, peer, remote, probe } = ADDRESSES[family];
    const seen = async (uid: number, to: string, protocol: 'tcp' | 'udp' = 'tcp') => {
      const { landed, remoteAddress } = await node.connect({ from: 'pod', uid, to, port: 8080, protocol });
      return `${landed} ${remoteAddress}`;
    };
    expect(await seen(KUBELET, peer)).toBe(`peer ${probe}`);
    // iptables asks for any socket of the node, nftables for the kubelet's
    expect(await seen(OTHER, peer)).toBe(`peer ${variant === 'native' ? own : probe}`);
    expect(await seen(KUBELET, remote)).toBe(`peer ${own}`);
    expect(await seen(KUBELET, peer, 'udp')).toBe(`peer ${own}`);
  }

  async function createSets(release: string): Promise<void> {
    for (const family of FAMILIES) {
      const name = setName(family, release);
      await run('ipset', 'create', '-exist', name, 'hash:ip', 'family', family === 'ipv4' ? 'inet' : 'inet6');
    }
  }

  /** The peer is a pod of the mesh, as the agent enters it. */
  async function enrolPeer(family: Family, { variant, release }: Layout): Promise<void> {
    const { peer } = ADDRESSES[family];
    const name = setName(family, release);
    if (variant !== 'native') await run('ipset', 'add', name, peer);
    else await run('nft', 'add', 'element', 'inet', 'istio-ambient-nat', name, `{ ${peer} comment "a pod" }`);
  }

  async function run(...argv: readonly string[]): Promise<void> {
    const { exitCode, stderr } = await node.exec(argv);
    expect(`${exitCode} ${stderr}`).toBe('0 ');
  }
});

function setName(family: Family, release: string): string {
  const one = Number(release.split('.')[1]) < 23 && family === 'ipv4';
  return one ? 'istio-inpod-probes' : `istio-inpod-probes-${family === 'ipv4' ? 'v4' : 'v6'}`;
}
