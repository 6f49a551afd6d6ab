import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import { observeRules } from '../../src/observe/index.ts';
import { parseIpAddresses } from '../../src/parse/routing/addresses.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { printNft } from '../../src/print/nft/index.ts';
import { runInside } from '../kernel/commands.ts';
import {
  createPod,
  type KernelPod,
  kernelTests,
  PEER_IPV4,
  POD_IPV4,
  VARIANTS,
  type Variant,
} from '../kernel/index.ts';
import { diagnosisOf } from './pod-of.ts';

const haveIpset = ['/usr/sbin/ipset', '/sbin/ipset', '/usr/bin/ipset'].some((path) => existsSync(path));
const PROBE = '169.254.7.127';

/** Rules in front of Istio's, and what becomes of probes from 10.77.0.5 to 10.77.0.9. */
const RULES: readonly (readonly [string, 'healthy' | 'broken' | 'undetermined'])[] = [
  ['-p udp -j RETURN', 'healthy'],
  ['-j ACCEPT', 'broken'],
  ['-j RETURN', 'broken'],
  ['-s 10.77.0.0/16 -j MASQUERADE', 'broken'],
  ['-s 10.131.0.0/23 -j MASQUERADE', 'healthy'],
  ['! -s 10.131.0.0/23 -j SNAT --to-source 10.77.0.5', 'broken'],
  // Pods may be behind a router as well.
  ['-s 10.77.0.0/24 -d 10.77.0.0/24 -j RETURN', 'undetermined'],
  ['-s 10.77.0.0/24 ! -d 10.77.0.0/24 -j MASQUERADE', 'healthy'],
  ['-m mark --mark 0x4000/0x4000 -j MASQUERADE', 'healthy'],
  ['-j MINE\n-A MINE -s 10.77.0.0/16 -j MASQUERADE', 'broken'],
  ['-j MINE\n-A MINE -s 10.77.0.0/16 -d 10.77.0.0/16 -j RETURN\n-A MINE -j MASQUERADE', 'healthy'],
  ['-g MINE\n-A MINE -p tcp -j RETURN', 'broken'],
];

kernelTests('what takes probes on a node ahead of the rules of Istio', () => {
  let node: KernelPod;
  beforeEach(async () => {
    node = await createPod();
    await runInside(node.peerNetns, ['ip', 'route', 'add', PROBE, 'via', POD_IPV4]);
    for (const command of ['create -exist istio-inpod-probes-v4 hash:ip', `add istio-inpod-probes-v4 ${PEER_IPV4}`])
      await node.exec(['ipset', ...command.split(' ')]);
  });
  afterEach(() => node?.remove());

  it
    .skipIf(!haveIpset)
    .each(VARIANTS.flatMap((variant) => RULES.map(([rule, verdict]) => [variant, rule, verdict] as const)))(
    '%s: %s: %s',
    async (variant, rule, verdict) => {
      await program(variant, rule);
      const saved = await node.readBack(variant, 'ipv4');
      expect({ verdict: await verdictOn([saved]), source: await source() }).toEqual({
        verdict,
        source: verdict === 'healthy' ? PROBE : POD_IPV4,
      });
    },
  );

  it
    .skipIf(!haveIpset)
    .each(
      VARIANTS.flatMap((variant) => [
        [variant, 'before', '-j MASQUERADE'] as const,
        [variant, 'after', '-j MASQUERADE'] as const,
        [variant, 'before', '-j ACCEPT'] as const,
      ]),
    )('the other backend than %s, %s it: %s is never called wrong', async (variant, order, rule) => {
    const other = variant === 'nft' ? 'legacy' : 'nft';
    const load = [() => program(variant), () => node.restore(other, 'ipv4', foreign(rule))];
    for (const step of order === 'before' ? load.toReversed() : load) await step();
    const texts = [await node.readBack(variant, 'ipv4'), await node.readBack(other, 'ipv4')];
    const verdict = await verdictOn(texts);
    const seen = await source();
    // No listing tells which of the two sees packets first; an ACCEPT ends its own chain only.
    expect(verdict).toBe(rule === '-j ACCEPT' ? 'degraded' : 'undetermined');
    if (rule === '-j ACCEPT') expect(seen).toBe(PROBE);
  });

  it.each([
    ['90', 'masquerade', 'broken'],
    ['90', 'ip saddr 10.77.0.0/24 snat to 10.77.0.5', 'broken'],
    ['90', 'ip saddr 10.131.0.0/23 masquerade', 'healthy'],
    ['90', 'accept', 'healthy'],
    ['110', 'masquerade', 'healthy'],
  ])('native, a chain of priority %s with %s: %s', async (priority, rule, verdict) => {
    const config = { ...configOf('nftables'), backend: 'nftables' } as const;
    await node.nft(`${printNft(expectedRuleset(config).tables)}
add element inet istio-ambient-nat istio-inpod-probes-v4 { ${PEER_IPV4} }
table ip other { chain post { type nat hook postrouting priority ${priority}; ${rule}; }; }`);
    const { stdout } = await node.exec(['nft', 'list', 'ruleset']);
    expect({ verdict: await verdictOn([stdout], 'nftables'), source: await source() }).toEqual({
      verdict,
      source: verdict === 'healthy' ? PROBE : POD_IPV4,
    });
  });

  async function program(variant: Variant, rule = ''): Promise<void> {
    const save = printSave(expectedRuleset(configOf('iptables')).tables);
    const line = rule === '' ? '' : `-A POSTROUTING ${rule}\n`;
    const chain = rule.includes('MINE') ? ':MINE - [0:0]\n' : '';
    const text = save.replace(/^(?=-A POSTROUTING)/m, line).replace(/^(?=:ISTIO_POSTRT)/m, chain);
    await node.restore(variant, 'ipv4', text);
  }

  function foreign(rule: string): string {
    return `*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING ${rule}\nCOMMIT\n`;
  }

  /** What `check` says of the rules as read back, with the addresses that the node has. */
  async function verdictOn(texts: readonly string[], backend: 'iptables' | 'nftables' = 'iptables') {
    const pod = observeRules(texts.map((text, at) => ({ name: `rules.${at}`, text })));
    const { stdout } = await node.exec(['ip', 'addr', 'show']);
    const { addresses } = parseIpAddresses(stdout, { source: 'ip addr' });
    const routing = { rules: [], routes: [], addresses };
    return diagnosisOf({ ...pod, routing }, configOf(backend)).verdict;
  }

  function configOf(backend: 'iptables' | 'nftables') {
    const config = defaultConfig('1.26.8', 'istio-cni', 'ambient');
    const release = backend === 'nftables' ? '1.28.10' : '1.26.8';
    return { ...config, istioVersion: release, scope: 'host', enableIpv6: false, backend } as const;
  }

  async function source(): Promise<string> {
    const { landed, remoteAddress } = await node.connect({ from: 'pod', to: PEER_IPV4, port: 8080 });
    expect(landed).toBe('peer');
    return remoteAddress ?? '';
  }
});
