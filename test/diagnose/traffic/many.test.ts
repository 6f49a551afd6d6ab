import { describe, expect, it } from 'vitest';
import { publish } from '../../../src/diagnose/publish.ts';
import { trafficFindings } from '../../../src/diagnose/traffic/groups.ts';
import { packetsInWords } from '../../../src/diagnose/traffic/words.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import { contextOf, podWith, saved } from '../pod-of.ts';

const COUNT = 120;
const PORTS = Array.from({ length: COUNT }, (_, i) => 20_000 + 2 * i);

describe('an exclusion of very many ports that did not take effect', () => {
  const config = { ...defaultConfig('1.28.10'), outboundPortsExclude: PORTS };
  const context = contextOf(podWith(saved({})), config);
  const findings = publish(trafficFindings(context), context, true);

  it('is few classes of packets and one finding, with every rule that is missing', () => {
    expect(context.different.length).toBeLessThanOrEqual(4);
    expect(findings.map(({ code }) => code)).toEqual(['NAT0204']);
    const missing = findings[0]?.evidence.filter((item) => item.kind === 'chain' && item.text.startsWith('missing'));
    expect(missing).toHaveLength(COUNT);
  });

  it('is mended by a command for each rule', () => {
    const commands = findings[0]?.remedy
      ?.split('\n')
      .filter((line) => line.includes('iptables -t nat -I ISTIO_OUTPUT'));
    const ports = commands?.map((command) => Number(/--dport (\d+)/.exec(command)?.[1]));
    expect(ports?.toSorted((a, b) => a - b)).toEqual(PORTS);
  });

  it('names all ports in the class, and a few of them in the sentence', () => {
    const [first] = findings[0]?.differences ?? [];
    expect(first?.packets.destinationPort).toBe(PORTS.join(','));
    expect(first && packetsInWords(first)).toContain('to ports 20000, 20002, 20004,');
    expect(first && packetsInWords(first)).toContain(`and ${COUNT - 8} more`);
  });
});

it('very many rules of others are all to be removed', () => {
  const rules = PORTS.map((port) => `-A ISTIO_OUTPUT -p tcp -m tcp --dport ${port} -j RETURN`);
  const text = saved({}, (lines) => {
    const first = lines.findIndex((line) => line.startsWith('-A ISTIO_OUTPUT'));
    return lines.toSpliced(first, 0, ...rules);
  });
  const context = contextOf(podWith(text));
  const [finding, ...others] = publish(trafficFindings(context), context, true);
  expect(others).toEqual([]);
  expect(finding?.code).toBe('NAT0203');
  const deleted = rules.filter((rule) => finding?.remedy?.includes(rule.replace('-A ISTIO_OUTPUT', '-D ISTIO_OUTPUT')));
  expect(deleted).toHaveLength(COUNT);
});

it('few differences are classes of their own', () => {
  const some = PORTS.slice(0, 10);
  const context = contextOf(podWith(saved({})), { ...defaultConfig('1.28.10'), outboundPortsExclude: some });
  const ports = new Set(context.different.map(({ packets }) => packets.destinationPort));
  expect([...ports].sort()).toEqual(some.map(String));
});
