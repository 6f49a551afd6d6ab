import { expect, it } from 'vitest';
import { kernelTests } from '../kernel/requirements.ts';
import { codesOf, type Inputs, withPod } from './ambient-namespace.ts';

const AMBIENT = { istioVersion: '1.28.10', dataplane: 'ambient', redirectDns: true, enableIpv6: true };
const ZTUNNEL = [15001, 15006, 15008, 15053];

interface Fault {
  readonly name: string;
  readonly codes: readonly string[];
  /** With nothing declared, where that is another answer. */
  readonly undeclared?: readonly string[];
  readonly commands?: readonly string[];
  readonly ports?: readonly number[] | null;
  readonly programmed?: Inputs;
}

const flushed = (tool: string, tables: readonly string[]) =>
  tables.flatMap((table) => [`${tool} -t ${table} -F`, `${tool} -t ${table} -X`]);
const ofBoth = (make: (tool: string) => readonly string[], variant: string) =>
  ['iptables', 'ip6tables'].flatMap((family) => make(`${family}-${variant}`));

/** What is alike whatever holds the rules. */
const ANYWHERE: readonly Fault[] = [
  { name: 'nothing at all', codes: [] },
  { name: 'ztunnel gone', codes: ['NAT0902'], ports: [8080] },
  { name: 'nobody listens at all', codes: ['NAT0902'], ports: null },
  { name: 'one listener of ztunnel gone', codes: ['NAT0902'], ports: [15001, 15006, 15053] },
  { name: 'the routing rule gone', codes: ['NAT0905'], commands: ['ip rule del fwmark 0x111/0xfff lookup 100'] },
  {
    name: 'the routes gone in both families',
    codes: ['NAT0905'],
    commands: ['ip route flush table 100', 'ip -6 route flush table 100'],
  },
  {
    name: 'another probe address',
    codes: ['NAT0903'],
    undeclared: [],
    programmed: { ...AMBIENT, hostProbeIpv4: '169.254.7.9' },
  },
];

function iptablesFaults(variant: 'nft' | 'legacy'): Fault[] {
  const ipv4 = `iptables-${variant} -t`;
  return [
    { name: 'nat flushed', codes: ['NAT0901'], commands: ofBoth((tool) => flushed(tool, ['nat']), variant) },
    {
      name: 'all tables flushed',
      codes: ['NAT0901'],
      commands: ofBoth((tool) => flushed(tool, ['nat', 'mangle', 'raw']), variant),
    },
    { name: 'the inbound redirect gone', codes: ['NAT0101'], commands: [`${ipv4} nat -D ISTIO_PRERT 2`] },
    { name: 'the inbound jump gone', codes: ['NAT0101'], commands: [`${ipv4} nat -D PREROUTING 1`] },
    { name: 'the outbound redirect gone', codes: ['NAT0102'], commands: [`${ipv4} nat -D ISTIO_OUTPUT 6`] },
    { name: 'probes not exempt', codes: ['NAT0903'], commands: [`${ipv4} nat -D ISTIO_PRERT 1`] },
    { name: 'answers to probes not exempt', codes: ['NAT0903'], commands: [`${ipv4} nat -D ISTIO_OUTPUT 1`] },
    { name: 'connmark not set', codes: ['NAT0904'], commands: [`${ipv4} mangle -F ISTIO_PRERT`] },
    { name: 'connmark not restored', codes: ['NAT0904'], commands: [`${ipv4} mangle -F ISTIO_OUTPUT`] },
    { name: 'no way to the connmark rule', codes: ['NAT0904'], commands: [`${ipv4} mangle -F PREROUTING`] },
    { name: 'marked connections not let by', codes: ['NAT0904'], commands: [`${ipv4} nat -D ISTIO_OUTPUT 4`] },
    { name: 'DNS over udp not redirected', codes: ['NAT0401'], commands: [`${ipv4} nat -D ISTIO_OUTPUT 2`] },
    {
      name: "ztunnel's own packets captured",
      codes: ['NAT0301'],
      commands: [`${ipv4} nat -R ISTIO_OUTPUT 6 ! -d 127.0.0.1 -p tcp -j REDIRECT --to-ports 15001`],
    },
    {
      name: 'a port let by',
      codes: ['NAT0201'],
      commands: [`${ipv4} nat -I ISTIO_PRERT -p tcp --dport 8080 -j RETURN`],
    },
    {
      name: 'redirected packets dropped',
      codes: ['NAT0109'],
      commands: [`${ipv4} filter -A INPUT -p tcp --dport 15006 -j DROP`],
    },
    { name: 'a leftover of the probe', codes: ['NAT0703'], commands: [`${ipv4} nat -A INPUT -p 255 -j RETURN`] },
  ];
}

const NATIVE: readonly Fault[] = [
  { name: 'nat flushed', codes: ['NAT0901'], commands: ['nft flush table inet istio-ambient-nat'] },
  { name: 'all tables flushed', codes: ['NAT0901'], commands: ['nft flush ruleset'] },
  {
    name: 'the inbound jump gone',
    codes: ['NAT0101'],
    commands: ['nft flush chain inet istio-ambient-nat prerouting'],
  },
  {
    name: 'connmark not set',
    codes: ['NAT0904'],
    commands: ['nft flush chain inet istio-ambient-mangle istio-prerouting'],
  },
  {
    name: 'connmark not restored',
    codes: ['NAT0904'],
    commands: ['nft flush chain inet istio-ambient-mangle istio-output'],
  },
  { name: 'mangle flushed', codes: ['NAT0904'], commands: ['nft flush table inet istio-ambient-mangle'] },
  {
    name: 'a port let by',
    codes: ['NAT0201'],
    commands: ['nft insert rule inet istio-ambient-nat istio-prerouting tcp dport 8080 return'],
  },
  {
    name: 'redirected packets dropped',
    codes: ['NAT0109'],
    commands: [
      'nft add table inet other',
      'nft add chain inet other input { type filter hook input priority 0 ; }',
      'nft add rule inet other input tcp dport 15006 drop',
    ],
  },
];

const VARIANTS = [
  ['iptables', 'nft', [...ANYWHERE, ...iptablesFaults('nft')]],
  ['iptables', 'legacy', [...ANYWHERE, ...iptablesFaults('legacy')]],
  ['nftables', 'nft', [...ANYWHERE, ...NATIVE]],
] as const;

for (const [backend, variant, faults] of VARIANTS) {
  kernelTests(`an ambient pod in ${backend === 'nftables' ? 'native nftables' : `iptables-${variant}`}`, () => {
    it.each(faults)('$name: $codes', async ({ codes, undeclared, commands, ports, programmed }) => {
      const inputs = { ...AMBIENT, backend };
      await withPod(async (pod) => {
        pod.program({ ...inputs, ...programmed, backend }, variant);
        if (ports !== null) await pod.listen(ports ?? ZTUNNEL);
        for (const command of commands ?? []) pod.run(command);
        const report = await pod.check(inputs);
        expect(codesOf(report)).toEqual(codes);
        expect(report.istio.dataplane).toBe('ambient');
        for (const { remedy, evidence } of report.findings) {
          expect(remedy?.length).toBeGreaterThan(20);
          expect(evidence).not.toEqual([]);
        }
        const alone = await pod.check(null);
        expect(codesOf(alone), 'with nothing declared').toEqual(undeclared ?? codes);
        expect(alone.istio.dataplane).toBe('ambient');
      });
    });
  });
}

kernelTests('a pod that was enrolled in ambient', () => {
  it('is told by its routing alone, and by the annotation of the agent', async () => {
    await withPod(async (pod) => {
      const annotations = { '/etc/istio/pod/annotations': 'ambient.istio.io/redirection="enabled"\n' };
      expect(codesOf(await pod.check(null, annotations))).toEqual(['NAT0901']);
      expect((await pod.check(null)).istio.dataplane).toBe('none');
      pod.run('ip rule add fwmark 0x111/0xfff lookup 100 pref 32764');
      const [finding] = (await pod.check(null)).findings;
      expect(finding?.code).toBe('NAT0901');
      expect(finding?.evidence).toContainEqual({
        kind: 'command',
        command: 'ip rule show',
        text: expect.stringContaining('from all fwmark 0x111/0xfff lookup 100'),
      });
    });
  });
});
