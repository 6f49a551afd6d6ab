import { describe, expect, it } from 'vitest';
import { isIstioChain } from '../../src/istio/chains.ts';
import { canonicalChain, isIstioChainName, nativeTable } from '../../src/istio/names.ts';
import type { Backend, Table } from '../../src/model/ruleset.ts';

function table(backend: Backend, name: string): Table {
  return { backend, family: backend === 'nftables' ? 'inet' : 'ipv4', name, chains: [] };
}

const asked = (backend: Backend, tableName: string, name: string): readonly [boolean, boolean] => [
  isIstioChain(table(backend, tableName), { name, rules: [] }),
  isIstioChainName(name),
];

describe('whose chain it is, asked of the chain where it stands, and of its name alone', () => {
  it.each([
    ['iptables-nft', 'nat', 'ISTIO_OUTPUT'],
    ['iptables-legacy', 'filter', 'ISTIO_SOMETHING_NEW'],
    ['nftables', 'istio-proxy-nat', 'istio-in-redirect'],
  ] as const)('is told alike: %s %s %s', (backend, tableName, name) => {
    expect(asked(backend, tableName, name)).toEqual([true, true]);
  });

  it.each([
    ['iptables-nft', 'nat', 'OUTPUT'],
    ['iptables-nft', 'nat', 'MY_ISTIO_OUTPUT'],
    ['nftables', 'istio-mine', 'output'],
  ] as const)('is nobody of Istio’s either way: %s %s %s', (backend, tableName, name) => {
    expect(asked(backend, tableName, name)).toEqual([false, false]);
  });

  it('tells the hooks in Istio’s own tables by the table alone', () => {
    expect(asked('nftables', 'istio-ambient-nat', 'postrouting')).toEqual([true, false]);
  });

  it('leaves chains in tables of others to those, by whatever name', () => {
    expect(asked('nftables', 'mine', 'ISTIO_OUTPUT')).toEqual([false, true]);
    expect(asked('iptables-nft', 'nat', 'istio-output')).toEqual([false, true]);
  });
});

it('gives native chains and tables the names that iptables has for them', () => {
  expect(['istio-prerouting', 'istio-output-dns', 'prerouting', 'Istio-x', 'KUBE-x'].map(canonicalChain)).toEqual([
    'ISTIO_PRERT',
    'ISTIO_OUTPUT_DNS',
    'PREROUTING',
    'Istio-x',
    'KUBE-x',
  ]);
  expect(nativeTable('istio-proxy-mangle')).toEqual({ dataplane: 'sidecar', twin: 'mangle' });
  expect(nativeTable('istio-ambient-raw')).toEqual({ dataplane: 'ambient', twin: 'raw' });
  expect(nativeTable('istio-proxy-filter')).toBeNull();
});
