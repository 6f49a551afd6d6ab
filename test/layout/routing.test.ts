import { describe, expect, it } from 'vitest';
import { defaultConfig, expectedRouting } from '../../src/layout/index.ts';
import type { Routing } from '../../src/model/routing.ts';
import { haveRecordings, recordedReleases, recordings } from './recordings.ts';

const SECTIONS = { r4: 'ipv4 rule', t4: 'ipv4 route', r6: 'ipv6 rule', t6: 'ipv6 route', a6: 'ipv6 address' };

/** What Istio added, out of a recorded `policy.txt`: rules on a mark, routes of the table, `::6`. */
function additions(policy: string): string[] {
  const lines: string[] = [];
  let section = '';
  for (const line of policy.split('\n')) {
    const head = /^## (\w\w)/.exec(line)?.[1];
    if (head !== undefined) section = SECTIONS[head as keyof typeof SECTIONS];
    const rule = /^(\d+):\s+(from all fwmark .*)$/.exec(line.trim());
    if (rule !== null) lines.push(`${section} ${rule[1]} ${rule[2]}`);
    if (line.startsWith('local default dev lo')) lines.push(`${section} local default dev lo`);
    if (line.includes('inet6 ::6/128')) lines.push(`${section} ::6/128`);
  }
  return lines.sort();
}

function asLines({ rules, routes, addresses }: Routing): string[] {
  return [
    ...rules.map((rule) => `${rule.family} rule ${rule.priority} ${rule.text}`),
    ...routes.map((route) => `${route.family} route ${route.text}`),
    ...addresses.map((address) => `${address.family} address ${address.address}/${address.prefixLength}`),
  ].sort();
}

describe('expectedRouting', () => {
  it.skipIf(!haveRecordings).each(recordedReleases('sidecar-iptables'))('%s: as recorded', (release) => {
    for (const { id, config, recorded } of recordings('sidecar-iptables', release)) {
      if (recorded['policy.txt'] === undefined) continue;
      expect(asLines(expectedRouting(config)), id).toEqual(additions(recorded['policy.txt']));
    }
  });

  it('needs nothing for a REDIRECT sidecar without IPv6', () => {
    expect(expectedRouting(defaultConfig('1.28.10'))).toEqual({ rules: [], routes: [], addresses: [] });
  });

  it('leads TPROXY packets back by the configured mark and table', () => {
    const config = {
      ...defaultConfig('1.28.10'),
      interceptionMode: 'TPROXY',
      inboundTproxyMark: 7,
      inboundTproxyRouteTable: 200,
    } as const;
    expect(expectedRouting(config).rules).toEqual([
      {
        family: 'ipv4',
        priority: 32765,
        mark: { value: 7, mask: 0xffffffff },
        table: '200',
        text: 'from all fwmark 0x7 lookup 200',
      },
    ]);
  });

  it('has ambient’s rule and route in both families whatever the mode, and none on the node', () => {
    const config = defaultConfig('1.28.10', 'istio-cni', 'ambient');
    expect(asLines(expectedRouting(config))).toEqual([
      'ipv4 route local default dev lo',
      'ipv4 rule 32764 from all fwmark 0x111/0xfff lookup 100',
      'ipv6 route local default dev lo',
      'ipv6 rule 32764 from all fwmark 0x111/0xfff lookup 100',
    ]);
    expect(expectedRouting({ ...config, scope: 'host' }).rules).toEqual([]);
  });
});
