import { describe, expect, it } from 'vitest';
import { declaredOf } from '../../src/expect/declared.ts';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import type { Config, ConfigKey } from '../../src/model/config.ts';
import { factsOfTexts } from '../../src/observe/texts.ts';
import { check } from '../../src/pipeline/check.ts';
import { printSave } from '../../src/print/iptables/index.ts';

/** DNS is captured for Envoy (ISTIO_META_DNS_CAPTURE) or for the agent (DNS_AGENT). */
const FORMS = [
  { port: 15013, dnsAgent: false },
  { port: 15053, dnsAgent: true },
];
const PODS: readonly Partial<Config>[] = [
  {},
  { interceptionMode: 'TPROXY' },
  { enableIpv6: true, proxyUid: [1337, 2000], outboundIpRangesInclude: ['10.0.0.0/8'] },
];

function judged(
  inputs: Partial<Config>,
  dnsAgent: boolean,
  flags: Partial<Record<ConfigKey, string>>,
  edit = (text: string) => text,
) {
  const { tables } = expectedRuleset({ ...defaultConfig('1.7.8'), redirectDns: true, ...inputs }, { dnsAgent });
  const texts = (['ipv4', 'ipv6'] as const).map((family) => ({
    name: family,
    text: `# ${family === 'ipv4' ? 'iptables' : 'ip6tables'}-save\n${edit(printSave(tables.filter((table) => table.family === family)))}`,
  }));
  const facts = factsOfTexts(texts.filter(({ text }) => text.includes('*')));
  return check(facts, declaredOf({ flags }), { toolVersion: '0' });
}

describe.each(FORMS)('DNS capture of 1.7 by way of port $port', ({ port, dnsAgent }) => {
  it.each(PODS)('is right, whether anything is declared or not: %j', (inputs) => {
    for (const flags of [{}, { istioVersion: '1.7.8' }, { istioVersion: '1.7.8', redirectDns: 'true' }]) {
      const { verdict, findings, undetermined, istio } = judged(inputs, dnsAgent, flags);
      const said = findings.map(({ code }) => code);
      expect([flags, verdict, said, undetermined, istio.config.redirectDns]).toEqual([flags, 'healthy', [], [], true]);
    }
    expect(judged(inputs, dnsAgent, {}).istio.releases).toEqual(['1.7', '1.7']);
  });

  it('is broken where the rule that sends the queries is lost, and comes back as it was', () => {
    const rule = `-A OUTPUT -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.1:${port}\n`;
    const flags = { istioVersion: '1.7.8', redirectDns: 'true' };
    const { verdict, findings } = judged({}, dnsAgent, flags, (text) => text.replace(rule, ''));
    expect([verdict, findings.map(({ code }) => code)]).toEqual(['broken', ['NAT0401']]);
    expect(findings[0]?.remedy).toContain(`-j DNAT --to-destination 127.0.0.1:${port}`);
  });
});

describe('rules of both forms', () => {
  it('are one of them with a changed rule', () => {
    const { verdict, findings } = judged({}, false, { istioVersion: '1.7.8' }, (text) =>
      text.replace('--to-destination 127.0.0.1:15013', '--to-destination 127.0.0.1:15053'),
    );
    expect([verdict, findings.map(({ code }) => code)]).toEqual(['broken', ['NAT0401']]);
  });
});

describe('1.6 and 1.8', () => {
  it('have one form each', () => {
    for (const istioVersion of ['1.6.14', '1.8.6']) {
      const config = { ...defaultConfig(istioVersion), redirectDns: true };
      expect(expectedRuleset(config, { dnsAgent: true })).toEqual(expectedRuleset(config));
    }
  });
});
