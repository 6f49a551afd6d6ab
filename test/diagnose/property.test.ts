import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluatePacket, Hooks } from '../../src/evaluate/packet.ts';
import { expectedRuleset } from '../../src/expect/layout.ts';
import type { Config } from '../../src/model/config.ts';
import type { Family } from '../../src/model/family.ts';
import type { Packet } from '../../src/model/packet.ts';
import type { Finding } from '../../src/model/report.ts';
import type { Ruleset } from '../../src/model/ruleset.ts';
import { anyConfig } from '../infer/arbitrary.ts';
import { type Mutation, mutationOf } from './mutations.ts';
import { diagnosisOf } from './pod-of.ts';

/** A configuration, and its layout with one change. */
const mutated: fc.Arbitrary<{ config: Config; expected: Ruleset } & Mutation> = anyConfig.chain((config) => {
  const expected = expectedRuleset(config);
  return mutationOf(expected).map((mutation) => ({ config, expected, ...mutation }));
});

describe('any layout', () => {
  it('is healthy as it is', () => {
    fc.assert(
      fc.property(anyConfig, (config) => {
        const { verdict, findings } = diagnosisOf(expectedRuleset(config), config);
        // Exclusions beside a list of included ports do nothing, which is a fault of the configuration.
        const idle = findings.filter(({ code }) => code === 'NAT0209');
        expect(findings).toEqual(idle);
        expect(verdict).toBe(idle.some(({ severity }) => severity === 'warning') ? 'degraded' : 'healthy');
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it('with one change is called healthy only if no packet can tell', () => {
    fc.assert(
      fc.property(mutated, ({ config, expected, ruleset }) => {
        const { verdict, findings } = diagnosisOf(ruleset, config);
        const onlyIdle = findings.every(({ code, severity }) => severity === 'info' || code === 'NAT0209');
        if (verdict !== 'healthy' && !(verdict === 'degraded' && onlyIdle)) return;
        const [live, wanted] = [new Hooks(ruleset), new Hooks(expected)];
        for (const packet of sample(config)) {
          expect([packet, fate(live, packet)]).toEqual([packet, fate(wanted, packet)]);
        }
      }),
      { numRuns: 100 },
    );
  }, 240_000);

  it('with one change gets findings that can be acted on and checked', () => {
    fc.assert(
      fc.property(mutated, ({ config, expected, ruleset, what }) => {
        const { findings } = diagnosisOf(ruleset, config);
        for (const finding of findings) {
          if (finding.severity !== 'info') expect([what, finding.code, finding.remedy]).not.toContain(undefined);
          if (finding.severity === 'error') {
            expect(finding.evidence.length + finding.differences.length).toBeGreaterThan(0);
          }
          expectTrue(finding, ruleset, expected);
        }
      }),
      { numRuns: 100 },
    );
  }, 240_000);
});

/** The witnesses of a finding get the verdicts that it states. */
function expectTrue({ differences }: Finding, live: Ruleset, expected: Ruleset): void {
  for (const difference of differences) {
    const verdictBy = (ruleset: Ruleset) =>
      evaluatePacket(new Hooks(ruleset), difference.witness, { reach: 'arrival' }).verdict;
    expect(difference.live).toEqual(verdictBy(live));
    expect(difference.expected).toEqual(verdictBy(expected));
  }
}

/** What becomes of a packet, but for its mark, which not every layout looks at, and the words for what is open. */
function fate(hooks: Hooks, packet: Packet): unknown {
  const { mark: _mark, ...rest } = evaluatePacket(hooks, packet, { reach: 'arrival' }).verdict;
  return rest.kind === 'undetermined' ? { kind: rest.kind } : rest;
}

const HOME: Readonly<Record<Family, string>> = { ipv4: '10.77.0.5', ipv6: 'fd77::5' };

/** Packets of a pod: all pairs of the values that its configuration names, and some others. */
function* sample(config: Config): Generator<Packet> {
  const families: Family[] = config.enableIpv6 ? ['ipv4', 'ipv6'] : ['ipv4'];
  for (const family of families) {
    for (const protocol of ['tcp', 'udp']) {
      for (const destinationPort of portsOf(config)) {
        yield* inbound(config, { family, protocol, destinationPort, sourcePort: 40000 });
        yield* outbound(config, { family, protocol, destinationPort, sourcePort: 40000 });
      }
    }
  }
}

type Start = Pick<Packet, 'family' | 'protocol' | 'destinationPort' | 'sourcePort'>;

function* inbound(config: Config, start: Start): Generator<Packet> {
  const source = start.family === 'ipv4' ? '10.77.0.9' : 'fd77::9';
  for (const inInterface of ['eth0', ...config.excludeInterfaces, ...config.rerouteVirtualInterfaces]) {
    for (const sourcePort of [40000, 53]) {
      for (const ctState of ['NEW', 'ESTABLISHED', 'INVALID'] as const) {
        yield {
          ...start,
          hook: 'PREROUTING',
          source,
          destination: HOME[start.family],
          sourcePort,
          inInterface,
          ctState,
        };
      }
    }
  }
}

function* outbound(config: Config, start: Start): Generator<Packet> {
  const loopback = start.family === 'ipv4' ? '127.0.0.1' : '::1';
  for (const destination of [loopback, HOME[start.family], ...remotes(config, start.family)]) {
    const local = destination === loopback || destination === HOME[start.family];
    const source = destination === loopback ? loopback : HOME[start.family];
    for (const uid of [1000, ...config.proxyUid.slice(0, 1)]) {
      for (const gid of [1000, ...config.proxyGid.slice(0, 1)]) {
        yield { ...start, hook: 'OUTPUT', source, destination, outInterface: local ? 'lo' : 'eth0', uid, gid };
      }
    }
  }
}

function remotes(config: Config, family: Family): string[] {
  const isOf = (text: string) => text.includes(':') === (family === 'ipv6');
  const included = config.outboundIpRangesInclude === '*' ? [] : config.outboundIpRangesInclude;
  const bases = [...included, ...config.outboundIpRangesExclude].filter(isOf).map((cidr) => cidr.split('/')[0] ?? '');
  const servers = [...config.dnsServersV4, ...config.dnsServersV6].filter(isOf);
  return [family === 'ipv4' ? '203.0.113.10' : '2001:db8::10', ...bases.slice(0, 2), ...servers.slice(0, 1)];
}

function portsOf(config: Config): number[] {
  const included = config.inboundPortsInclude === '*' ? [] : config.inboundPortsInclude;
  const named = [included, config.inboundPortsExclude, config.outboundPortsInclude, config.outboundPortsExclude];
  return [...new Set([53, 22, 5353, 8080, 15006, 15008, 15090, ...named.flatMap((ports) => ports.slice(0, 2))])];
}
