import { describe, expect, it } from 'vitest';
import { runCheck } from '../../../src/diagnose/check.ts';
import { exclusions } from '../../../src/diagnose/checks/exclusions.ts';
import { idleExclusions } from '../../../src/diagnose/exclusions/configured.ts';
import { publish } from '../../../src/diagnose/publish.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { contextOf, podWith, saved } from '../pod-of.ts';

const idle = (inputs: Partial<Config>, version = '1.28.10') =>
  idleExclusions({ config: { ...defaultConfig(version), ...inputs }, families: ['ipv4', 'ipv6'] });

describe('a configured exclusion', () => {
  it.each<[string, Partial<Config>]>([
    ["Istio's own", { inboundPortsInclude: [8080] }],
    ["the plugin's own", { outboundPortsExclude: [15020] }],
    ['an inbound port', { inboundPortsExclude: [15090, 8081] }],
    ['an outbound port', { outboundPortsExclude: [3306] }],
    ['DNS that is captured', { outboundPortsExclude: [53], redirectDns: true, captureAllDns: true }],
    ['a range', { outboundIpRangesExclude: ['10.0.0.0/8'] }],
    ['a range inside another one', { outboundIpRangesExclude: ['10.0.0.0/8', '10.1.0.0/16'] }],
    ['a port twice', { outboundPortsExclude: [3306, 3306] }],
    [
      'a range around the included one',
      { outboundIpRangesInclude: ['10.96.0.0/12'], outboundIpRangesExclude: ['10.0.0.0/8'] },
    ],
    [
      'a range for a port that is included',
      { outboundIpRangesInclude: [], outboundPortsInclude: [9200], outboundIpRangesExclude: ['10.0.0.0/8'] },
    ],
    ['a range of IPv6 where that is off', { outboundIpRangesExclude: ['fd00::/8'] }],
    ['a group', { ownerGroupsExclude: ['3000'] }],
    ['an inbound port in TPROXY mode', { interceptionMode: 'TPROXY', inboundPortsExclude: [8081] }],
    ['an inbound port in native tables', { backend: 'nftables', inboundPortsExclude: [8081] }],
  ])('has an effect: %s', (_, inputs) => {
    expect(idle(inputs)).toEqual([]);
  });

  it.each<[string, Partial<Config>, string[], RegExp, boolean]>([
    [
      'ports beside a list',
      { inboundPortsInclude: [8080], inboundPortsExclude: [9090, 9091] },
      ['9090', '9091'],
      /not among them/,
      true,
    ],
    [
      'a port that is listed, too',
      { inboundPortsInclude: [8080], inboundPortsExclude: [8080] },
      ['8080'],
      /in the list of included ports as well/,
      false,
    ],
    [
      'ports where none is captured',
      { inboundPortsInclude: [], inboundPortsExclude: [8080] },
      ['8080'],
      /no inbound port is captured/,
      true,
    ],
    [
      'groups beside a list',
      { ownerGroupsInclude: ['1000'], ownerGroupsExclude: ['3000'] },
      ['3000'],
      /only listed groups are/,
      true,
    ],
    [
      'a group that is listed, too',
      { ownerGroupsInclude: ['3000'], ownerGroupsExclude: ['3000'] },
      ['3000'],
      /only listed groups are/,
      false,
    ],
    [
      'a range outside the included ones',
      { outboundIpRangesInclude: ['10.96.0.0/12'], outboundIpRangesExclude: ['192.168.0.0/16'] },
      ['192.168.0.0/16'],
      /not captured in the first place/,
      true,
    ],
  ])('has none: %s', (_, inputs, items, because, harmless) => {
    const found = idle(inputs);
    expect(found.map(({ item }) => item)).toEqual(items);
    for (const one of found) {
      expect(one.because).toMatch(because);
      expect(one.harmless).toBe(harmless);
    }
  });

  it('has none in a release that does not know it', () => {
    expect(idle({ outboundPortsExclude: [3306] }, '1.1.17')).toMatchObject([{ item: '3306', harmless: false }]);
  });
});

describe('an exclusion among the live rules', () => {
  const config = defaultConfig('1.28.10');
  const findings = (edit: (lines: string[]) => string[]) => {
    const context = contextOf(podWith(saved({}, edit)), config);
    return publish(runCheck(exclusions, context).findings, context, true);
  };
  const RULE = '-A ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j RETURN';
  const isLast = (line: string) => line === '-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT';

  it('that comes too late is told with the rule that is faster, and the command that deletes it', () => {
    const [found, ...others] = findings((lines) => lines.flatMap((line) => (isLast(line) ? [line, RULE] : [line])));
    expect(others).toEqual([]);
    expect(found?.code).toBe('NAT0209');
    expect(found?.evidence.map(({ text }) => text)).toContain(RULE);
    expect(found?.message).toContain('ISTIO_IN_REDIRECT rule 1');
    expect(found?.remedy).toContain('-D ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j RETURN');
  });

  it('that comes in time is another fault', () => {
    expect(findings((lines) => lines.flatMap((line) => (isLast(line) ? [RULE, line] : [line])))).toEqual([]);
  });

  it('of packets that nobody captures is nobody’s concern', () => {
    const udp = '-A ISTIO_INBOUND -p udp -m udp --dport 123 -j RETURN';
    expect(findings((lines) => lines.flatMap((line) => (isLast(line) ? [line, udp] : [line])))).toEqual([]);
  });
});
