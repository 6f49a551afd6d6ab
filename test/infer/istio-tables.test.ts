import { describe, expect, it } from 'vitest';
import { inferConfig } from '../../src/infer/index.ts';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import type { Backend, Ruleset, Table } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { parseNft } from '../../src/parse/nft/index.ts';

function held(by: Backend, { tables }: Ruleset): Table[] {
  return tables.map((table) => ({ ...table, backend: by }));
}

const sidecar = defaultConfig('1.28.10');
const ambient = { ...sidecar, dataplane: 'ambient', redirectDns: true } as const;

describe('what is looked at together', () => {
  it('is each backend by itself when two hold rules', () => {
    const old = buildLayout({ ...sidecar, inboundPortsExclude: [15090, 15021, 15020, 9000] });
    const tables = [...held('iptables-legacy', old), ...held('iptables-nft', buildLayout(sidecar))];
    const exact = inferConfig({ tables }).candidates.filter(({ distance }) => distance === 0);
    expect(exact.map(({ backend, config }) => [backend, config.inboundPortsExclude.includes(9000)])).toEqual([
      ['iptables-nft', false],
      ['iptables-legacy', true],
    ]);
  });

  it('is IPv4 of one backend and IPv6 of another, which Istio chooses apart', () => {
    const both = buildLayout({ ...sidecar, enableIpv6: true });
    const tables = both.tables.map((table): Table => {
      return { ...table, backend: table.family === 'ipv4' ? 'iptables-legacy' : 'iptables-nft' };
    });
    const [best, ...others] = inferConfig({ tables }).candidates.filter(({ distance }) => distance === 0);
    expect(best).toMatchObject({ backend: 'iptables-legacy', config: { enableIpv6: true } });
    expect(others).toEqual([]);
  });

  it('is one data plane at a time when both programmed a pod', () => {
    const native = buildLayout({ ...ambient, backend: 'nftables' });
    const tables = [...held('iptables-nft', buildLayout(sidecar)), ...native.tables];
    const exact = inferConfig({ tables }).candidates.filter(({ distance }) => distance === 0);
    expect(exact.map(({ config }) => `${config.dataplane} ${config.backend}`).sort()).toEqual([
      'ambient nftables',
      'sidecar iptables',
    ]);
  });
});

describe('ISTIO_OUTPUT alone', () => {
  const part = (config: typeof sidecar): Ruleset => ({
    tables: buildLayout(config).tables.map((table) => ({
      ...table,
      chains: table.chains.filter(({ name }) => name === 'ISTIO_OUTPUT'),
    })),
  });

  it('is told apart by what it looks at: owners or marks', () => {
    expect(inferConfig(part(sidecar)).candidates[0]?.config.dataplane).toBe('sidecar');
    expect(inferConfig(part(ambient)).candidates[0]?.config.dataplane).toBe('ambient');
  });
});

describe('rules that are not Istio’s', () => {
  const texts = [
    '',
    '*nat\n:PREROUTING ACCEPT [0:0]\n:KUBE-SERVICES - [0:0]\n-A PREROUTING -j KUBE-SERVICES\nCOMMIT\n',
    '*nat\n:PREROUTING ACCEPT [0:0]\n:ISTIO_INBOUND - [0:0]\nCOMMIT\n',
  ];

  it.each(texts)('give no candidate (%#)', (text) => {
    const { tables } = parseIptables(text, { source: 'test', family: 'ipv4' });
    expect(inferConfig({ tables })).toEqual({ candidates: [] });
  });

  it('give no candidate in nftables either', () => {
    const { tables } = parseNft('table inet filter {\n\tchain input {\n\t\ttcp dport 22 accept\n\t}\n}\n', {
      source: 'test',
    });
    expect(inferConfig({ tables })).toEqual({ candidates: [] });
  });

  it('do not disturb when nothing of them is understood', () => {
    const text = '*nat\n:ISTIO_OUTPUT - [0:0]\n-A ISTIO_OUTPUT -m nonsense --what 1 -j NOWHERE --at all\nCOMMIT\n';
    const { tables } = parseIptables(text, { source: 'test', family: 'ipv4' });
    const [best] = inferConfig({ tables }).candidates;
    expect(best?.distance).toBeGreaterThan(5);
    expect(best?.differences.some(({ kind }) => kind === 'extra')).toBe(true);
  });
});
