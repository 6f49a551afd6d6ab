import { describe, expect, it } from 'vitest';
import { publish } from '../../../src/diagnose/publish.ts';
import { trafficFindings } from '../../../src/diagnose/traffic/groups.ts';
import { expectedRuleset } from '../../../src/expect/layout.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { contextOf } from '../pod-of.ts';

/** The findings about a pod that was programmed with other inputs than were meant. */
function found(meant: Partial<Config>, programmed: Partial<Config>) {
  const usual = defaultConfig(meant.istioVersion ?? '1.28.10');
  const context = contextOf(expectedRuleset({ ...usual, ...programmed }), { ...usual, ...meant });
  return publish(trafficFindings(context), context, true);
}

const codes = (meant: Partial<Config>, programmed: Partial<Config>) => found(meant, programmed).map(({ code }) => code);

const TPROXY = { interceptionMode: 'TPROXY', enableIpv6: true } as const;
const DNS = { redirectDns: true, captureAllDns: true, enableIpv6: true } as const;

describe('a setting that did not take effect is one finding', () => {
  it.each<[Partial<Config>, Partial<Config>, string]>([
    [{ excludeInterfaces: ['net1'], enableIpv6: true }, { enableIpv6: true }, 'NAT0210'],
    [{ excludeInterfaces: ['net1', 'net2'], ...TPROXY }, TPROXY, 'NAT0210'],
    [{ excludeInterfaces: ['net1'], ...TPROXY }, { ...TPROXY, excludeInterfaces: ['net2'] }, 'NAT0210'],
    [{ rerouteVirtualInterfaces: ['tap0'], enableIpv6: true }, { enableIpv6: true }, 'NAT0210'],
    [{ proxyUid: [2000], proxyGid: [2000] }, {}, 'NAT0301'],
    [{ proxyUid: [1337, 2000] }, {}, 'NAT0304'],
    [{ ownerGroupsExclude: ['3000', '3001'], ...DNS }, DNS, 'NAT0307'],
    [{ ownerGroupsInclude: ['3000'], ...DNS }, { ...DNS, ownerGroupsInclude: ['4000'] }, 'NAT0307'],
    [
      { outboundIpRangesInclude: ['10.0.0.0/8', 'fd00::/8'], enableIpv6: true },
      { enableIpv6: true, outboundIpRangesInclude: '*' },
      'NAT0206',
    ],
    [{ ...DNS, istioVersion: '1.20.8' }, { enableIpv6: true, istioVersion: '1.20.8' }, 'NAT0401'],
  ])('%j programmed as %j', (meant, programmed, code) => expect(codes(meant, programmed)).toEqual([code]));

  it('which is mended as one, in all of its rules', () => {
    const [one] = found({ excludeInterfaces: ['net1'], enableIpv6: true }, { enableIpv6: true });
    const rules = ['PREROUTING 1 -i net1 -j RETURN', 'OUTPUT 1 -o net1 -j RETURN'];
    for (const tool of ['iptables', 'ip6tables']) {
      for (const rule of rules) expect(one?.remedy).toContain(`${tool} -t nat -I ${rule}`);
    }
    expect(one?.family).toBeUndefined();
  });

  it('and another fault beside it is another', () => {
    const meant = { excludeInterfaces: ['net1'], outboundPortsExclude: [3306], enableIpv6: true };
    expect(codes(meant, { enableIpv6: true }).toSorted()).toEqual(['NAT0204', 'NAT0210']);
  });
});
