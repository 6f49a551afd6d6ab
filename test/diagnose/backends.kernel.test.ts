import { describe, expect, it } from 'vitest';
import { kernelTests } from '../kernel/requirements.ts';
import { codesOf, type Inputs, type LivePod, withSidecar } from './ambient-namespace.ts';

const SIDECAR = { istioVersion: '1.28.10', dataplane: 'sidecar', enableIpv6: true };
const IPTABLES = { ...SIDECAR, backend: 'iptables' };
const NATIVE = { ...SIDECAR, backend: 'nftables' };
const NAT = 'inet istio-proxy-nat';

/** A fault made with both tools of iptables (`-t nat` goes in front), and the same fault made with nft. */
interface Fault {
  readonly name: string;
  readonly code: string;
  readonly iptables: readonly string[];
  readonly nft: readonly string[];
  /** The rule of an nft chain to delete: chain, and a text that its line begins with. */
  readonly without?: readonly [string, string];
}

const FAULTS: readonly Fault[] = [
  {
    name: 'no jump to the inbound chain',
    code: 'NAT0101',
    iptables: ['-F PREROUTING'],
    nft: [`flush chain ${NAT} prerouting`],
  },
  {
    name: 'no inbound redirect',
    code: 'NAT0101',
    iptables: ['-F ISTIO_IN_REDIRECT'],
    nft: [`flush chain ${NAT} istio-in-redirect`],
  },
  {
    name: 'no jump to the outbound chain',
    code: 'NAT0102',
    iptables: ['-F OUTPUT'],
    nft: [`flush chain ${NAT} output`],
  },
  {
    name: 'no jump to the outbound redirect',
    code: 'NAT0102',
    iptables: ['-D ISTIO_OUTPUT -j ISTIO_REDIRECT'],
    nft: [],
    without: ['istio-output', 'jump istio-redirect'],
  },
  {
    name: 'another port in the redirect',
    code: 'NAT0104',
    iptables: ['-R ISTIO_IN_REDIRECT 1 -p tcp -j REDIRECT --to-ports 15007'],
    nft: [
      `flush chain ${NAT} istio-in-redirect`,
      `add rule ${NAT} istio-in-redirect meta l4proto tcp redirect to :15007`,
    ],
  },
  {
    name: 'an inbound port let by',
    code: 'NAT0201',
    iptables: ['-I ISTIO_INBOUND -p tcp --dport 8080 -j RETURN'],
    nft: [`insert rule ${NAT} istio-inbound tcp dport 8080 return`],
  },
  {
    name: 'an excluded inbound port captured',
    code: 'NAT0202',
    iptables: ['-D ISTIO_INBOUND -p tcp --dport 15090 -j RETURN'],
    nft: [],
    without: ['istio-inbound', 'tcp dport 15090'],
  },
  {
    name: 'an outbound port let by',
    code: 'NAT0203',
    iptables: ['-I ISTIO_OUTPUT -p tcp --dport 3306 -j RETURN'],
    nft: [`insert rule ${NAT} istio-output tcp dport 3306 return`],
  },
  {
    name: 'the gid of the proxy not exempt',
    code: 'NAT0304',
    iptables: ['-D ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN'],
    nft: [],
    without: ['istio-output', 'meta skgid 1337'],
  },
  {
    name: 'another user exempt',
    code: 'NAT0305',
    iptables: ['-I ISTIO_OUTPUT -m owner --uid-owner 0 -j RETURN'],
    nft: [`insert rule ${NAT} istio-output meta skuid 0 return`],
  },
  {
    name: 'a rule twice',
    code: 'NAT0108',
    iptables: ['-A ISTIO_INBOUND -p tcp --dport 15090 -j RETURN'],
    nft: [`add rule ${NAT} istio-inbound tcp dport 15090 counter return`],
  },
  { name: 'all rules of nat gone, chains left', code: 'NAT0105', iptables: ['-F'], nft: [`flush table ${NAT}`] },
];

kernelTests('the same fault has the same name in iptables and in native nftables', () => {
  it.each(FAULTS)('$name: $code', async ({ code, iptables, nft, without }) => {
    await withSidecar(async (pod) => {
      pod.program(IPTABLES);
      for (const change of iptables)
        for (const tool of ['iptables', 'ip6tables']) pod.run(`${tool}-nft -t nat ${change}`);
      expect(distinct(codesOf(await pod.check(IPTABLES)))).toEqual([code]);
    });
    await withSidecar(async (pod) => {
      pod.program(NATIVE);
      for (const change of nft) pod.run(`nft ${change}`);
      if (without) deleteRule(pod, ...without);
      const report = await pod.check(NATIVE);
      expect(codesOf(report)).toEqual([code]);
      expect(report.istio.backend).toBe('nftables');
    });
  });

  it('drops redirected packets in a table of its own: NAT0109', async () => {
    await withSidecar(async (pod) => {
      pod.program(NATIVE);
      pod.run('nft add table inet other');
      pod.run('nft add chain inet other input { type filter hook input priority 0 ; }');
      pod.run('nft add rule inet other input tcp dport 15006 drop');
      expect(codesOf(await pod.check(NATIVE))).toEqual(['NAT0109']);
    });
  });
});

function distinct(codes: readonly string[]): string[] {
  return [...new Set(codes)];
}

function deleteRule(pod: LivePod, chain: string, text: string): void {
  const lines = pod.run(`nft -a list chain ${NAT} ${chain}`).split('\n');
  const found = lines.find((line) => line.replace(/^\s*(counter packets \d+ bytes \d+ )?/, '').startsWith(text));
  const handle = /handle (\d+)$/.exec(found ?? '')?.[1];
  if (handle === undefined) throw new Error(`no rule ${text} in ${chain}:\n${lines.join('\n')}`);
  pod.run(`nft delete rule ${NAT} ${chain} handle ${handle}`);
}

kernelTests('backends', () => {
  const DNS = { redirectDns: true, captureAllDns: true };

  it.each([
    ['native, iptables configured', NATIVE, IPTABLES, 'nftables'],
    ['iptables, native configured', IPTABLES, NATIVE, 'iptables-nft'],
    ['native, a release configured that had none', NATIVE, { ...IPTABLES, istioVersion: '1.20.0' }, 'nftables'],
  ])('rules in %s: one warning', async (_, programmed: Inputs, declared: Inputs, backend) => {
    await withSidecar(async (pod) => {
      const report = await pod.program(programmed).check(declared);
      expect(codesOf(report)).toEqual(['NAT0704']);
      expect([report.verdict, report.istio.backend]).toEqual(['degraded', backend]);
      expect(codesOf(await pod.check(null))).toEqual([]);
    });
  });

  it('a fault in rules of an unexpected backend is still found', async () => {
    await withSidecar(async (pod) => {
      pod.program(NATIVE).run(`nft flush chain ${NAT} istio-in-redirect`);
      expect(codesOf(await pod.check(IPTABLES)).toSorted()).toEqual(['NAT0101', 'NAT0704']);
    });
  });

  it('both variants of iptables', async () => {
    await withSidecar(async (pod) => {
      pod.program(IPTABLES, 'nft').program({ ...IPTABLES, inboundPortsExclude: '' }, 'legacy');
      const report = await pod.check(IPTABLES);
      expect(codesOf(report)).toEqual(['NAT0701']);
      expect(report.findings[0]?.differences.length).toBeGreaterThan(0);
    });
  });

  it('IPv4 in one variant and IPv6 in the other is how Istio may choose', async () => {
    await withSidecar(async (pod) => {
      pod.program({ ...IPTABLES, enableIpv6: false }, 'legacy').program(IPTABLES, 'nft');
      pod.run('iptables-nft -t nat -F');
      pod.run('iptables-nft -t nat -X');
      expect(codesOf(await pod.check(IPTABLES))).toEqual([]);
    });
  });

  it('DNS rules left in raw after DNS capture was switched off', async () => {
    await withSidecar(async (pod) => {
      pod.program({ ...NATIVE, ...DNS }).run(`nft flush table ${NAT}`);
      const report = await pod.program(NATIVE).check(NATIVE);
      expect(codesOf(report)).toEqual(['NAT0705']);
      expect(report.findings[0]).toMatchObject({
        severity: 'warning',
        remedy: expect.stringContaining('istio-proxy-raw'),
      });
      expect(codesOf(await pod.check(null)), 'with nothing declared').toEqual(['NAT0705']);
    });
  });

  it('TPROXY rules left in mangle still take the packets', async () => {
    await withSidecar(async (pod) => {
      pod.program({ ...NATIVE, interceptionMode: 'TPROXY' }).run(`nft flush table ${NAT}`);
      const report = await pod.program(NATIVE).check(NATIVE);
      expect(codesOf(report)).toEqual(['NAT0705']);
      expect(report.findings[0]?.severity).toBe('error');
    });
  });

  it('DNS rules in nat and raw are a feature that is on, not a leftover', async () => {
    await withSidecar(async (pod) => {
      const report = await pod.program({ ...NATIVE, ...DNS }).check(NATIVE);
      expect(codesOf(report)).not.toContain('NAT0705');
    });
  });

  describe.each(['nft', 'legacy'] as const)('a rule of the probe left in %s', (variant) => {
    it.each([
      ['filter', 'DROP -m comment --comment probe'],
      ['nat', 'RETURN'],
    ])('%s INPUT', async (table, target) => {
      await withSidecar(async (pod) => {
        pod.program(IPTABLES, variant).run(`iptables-${variant} -t ${table} -A INPUT -p 255 -j ${target}`);
        const report = await pod.check(IPTABLES);
        expect(codesOf(report, true)).toEqual(['NAT0703']);
        expect(report.findings[0]).toMatchObject({ severity: 'warning', evidence: [{ table, chain: 'INPUT' }] });
      });
    });
  });
});
