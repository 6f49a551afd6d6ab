import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { declaredOf, type GivenInputs } from '../../src/expect/declared.ts';
import {
  buildLayout,
  defaultConfig,
  excludedInbound,
  featuresFor,
  inputsOf,
  parseRelease,
} from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import type { CheckReport } from '../../src/model/report.ts';
import type { Facts } from '../../src/observe/facts.ts';
import { factsOfTexts } from '../../src/observe/texts.ts';
import { check } from '../../src/pipeline/check.ts';
import { diff } from '../../src/pipeline/diff.ts';
import { expected } from '../../src/pipeline/expected.ts';
import { flow } from '../../src/pipeline/flow.ts';
import { infer } from '../../src/pipeline/infer.ts';
import { configOf, RELEASES } from '../infer/arbitrary.ts';
import { printed } from '../infer/printed.ts';

const RUNS = Number(process.env.ISTIO_NAT_INFER_RUNS ?? 6);
const BOTH = ['istio-init', 'istio-cni'] as const;

/** A pod with the rules that a release and its programmer make of an annotation. */
function podOf(istioVersion: string, excluded: readonly number[], by: (typeof BOTH)[number] = 'istio-init') {
  const inboundPortsExclude = excludedInbound({ excluded }, featuresFor(istioVersion), by);
  return podWith({ ...defaultConfig(istioVersion, by), inboundPortsExclude });
}

function podWith(config: Config): Facts {
  return podOfText(printed(buildLayout(config), 'save'));
}

/** Without the hour of the look, from which the time for each answer would count. */
function podOfText(text: string): Facts {
  const { begun: _, ...facts } = factsOfTexts([{ name: 'pod.rules', text }]);
  return facts;
}

function judged(facts: Facts, given: GivenInputs): CheckReport {
  return check(facts, declaredOf(given), { toolVersion: '0' });
}

function told(facts: Facts, given: GivenInputs): unknown[] {
  const { verdict, istio, findings } = judged(facts, given);
  return [verdict, istio.config.inboundPortsExclude, findings.map(({ code }) => code)];
}

describe('--inbound-ports-exclude is the value of the annotation', () => {
  it.each([
    ['1.0.9', '8080'],
    ['1.1.17', '8080,15020'],
    ['1.5.10', '8080,15020'],
    ['1.6.14', '15090,15021,8080,15020'],
    ['1.28.10', '15090,15021,8080,15020'],
  ])('in a pod of %s, whose rules have %s', (release, whole) => {
    const facts = podOf(release, [8080]);
    const silent = told(facts, {});
    expect(silent.slice(0, 2)).toEqual(['healthy', whole]);
    for (const inboundPortsExclude of ['8080', whole]) {
      expect(told(facts, { flags: { inboundPortsExclude } })).toEqual(silent);
      expect(told(facts, { env: { ISTIO_NAT_INBOUND_PORTS_EXCLUDE: inboundPortsExclude } })).toEqual(silent);
    }
  });

  it.each(['1.0.9', '1.1.17', '1.5.10', '1.6.14', '1.12.9', '1.28.10'])(
    'another is wrong of a pod of %s, not of another release',
    (release) => {
      const facts = podOf(release, [8080]);
      const right = judged(facts, { flags: { inboundPortsExclude: '8080' } });
      const wrong = judged(facts, { flags: { inboundPortsExclude: '9090' } });
      expect([wrong.verdict, wrong.istio.releases]).toEqual(['broken', right.istio.releases]);
      const classes = wrong.findings.flatMap(({ differences }) =>
        differences.map(({ packets }) => packets.destinationPort),
      );
      expect(classes.sort()).toEqual(['8080', '9090']);
    },
  );

  it('and rules in the order of the CNI plugin are right as well', () => {
    const facts = podOf('1.28.10', [8080], 'istio-cni');
    for (const inboundPortsExclude of ['8080', '8080,15020,15021,15090', '15090,15021,8080,15020'])
      expect(told(facts, { flags: { inboundPortsExclude } })).toEqual(['healthy', '8080,15020,15021,15090', []]);
  });

  it.each([
    ['one that the injector adds is missing', [15090, 15021, 8080], '15020'],
    ['all that the injector adds are missing', [8080], '15020'],
    ['the rules exclude another', [15090, 15021, 8080, 9090, 15020], '9090'],
  ])('where %s, the pod is broken', (_, live, port) => {
    const facts = podWith({ ...defaultConfig('1.28.10'), inboundPortsExclude: live });
    const { verdict, findings, istio } = judged(facts, { flags: { inboundPortsExclude: '8080' } });
    expect([verdict, istio.releases]).toEqual(['broken', ['1.25', '1.31']]);
    const classes = findings.flatMap(({ differences }) => differences.map(({ packets }) => packets.destinationPort));
    expect(classes).toContain(port);
  });

  it('where an annotation names another status port, the rules have that one', () => {
    const facts = podWith({ ...defaultConfig('1.28.10'), inboundPortsExclude: [15090, 15021, 8080, 15099] });
    const flags = { inboundPortsExclude: '8080' };
    expect(told(facts, { flags })).toEqual(['healthy', '15090,15021,8080,15099', []]);
    const said = { ...facts, annotations: { 'status.sidecar.istio.io/port': '15099' } };
    expect(told(said, { flags })[0]).toBe('healthy');
    const other = { ...facts, annotations: { 'status.sidecar.istio.io/port': '15098' } };
    expect(told(other, { flags })[0]).toBe('broken');
  });

  it('and none where the agent answers nowhere', () => {
    const facts = podWith({ ...defaultConfig('1.28.10'), inboundPortsExclude: [15090, 15021, 8080] });
    const said = { ...facts, annotations: { 'status.sidecar.istio.io/port': '0' } };
    expect(told(said, { flags: { inboundPortsExclude: '8080' } })[0]).toBe('healthy');
  });

  it('tells releases apart that differ in what they add alone', () => {
    const facts = podOf('1.5.10', [8080]);
    expect(judged(facts, {}).istio.releases?.[1]).toBe('1.6');
    const { istio } = judged(facts, { flags: { inboundPortsExclude: '8080', proxyUid: '1337' } });
    expect(istio.releases?.[1]).toBe('1.5');
  });

  it('is what an older release than the one named made other rules of', () => {
    const facts = podOf('1.5.10', [8080]);
    const flags = { istioVersion: '1.28.10', inboundPortsExclude: '8080' };
    const { verdict, findings } = judged(facts, { flags });
    expect([verdict, findings.map(({ code }) => code)]).toEqual(['degraded', ['NAT0112']]);
  });
});

describe('excluded inbound ports are exact', () => {
  const facts = podWith({ ...defaultConfig('1.28.10'), inboundPortsExclude: [8080] });
  const log = 'Variables:\n----------\nINBOUND_PORTS_EXCLUDE=8080\n\n';

  it('in a file', () => {
    const file = { name: 'pod.json', text: '{"istioVersion": "1.28.10", "inboundPortsExclude": "8080"}' };
    expect(told(facts, { file })).toEqual(['healthy', '8080', []]);
    expect(told(facts, { file, env: { ISTIO_NAT_INBOUND_PORTS_EXCLUDE: '9090' } })[1]).toBe('8080');
    expect(told(facts, { file, flags: { inboundPortsExclude: '9090' } })[1]).toBe('15090,15021,9090,15020');
  });

  it("in the pod's own word, and then the annotation was programmed as it is", () => {
    const environment = { INBOUND_PORTS_EXCLUDE: '8080' };
    expect(told({ ...facts, environment }, {})).toEqual(['healthy', '8080', []]);
    expect(told({ ...facts, environment }, { flags: { inboundPortsExclude: '8080' } })).toEqual([
      'healthy',
      '8080',
      [],
    ]);
    expect(told({ ...facts, environment }, { flags: { inboundPortsExclude: '9090' } })[0]).toBe('broken');
    const text = `${log}${printed(buildLayout({ ...defaultConfig('1.28.10'), inboundPortsExclude: [8080] }), 'save')}`;
    expect(judged(podOfText(text), {}).istio.config.inboundPortsExclude).toBe('8080');
  });

  it('for ambient, which has no use for them', () => {
    const ambient = podWith(defaultConfig('1.28.10', 'istio-cni', 'ambient'));
    const { verdict, istio, findings } = judged(ambient, { flags: { inboundPortsExclude: '8080' } });
    expect([istio.dataplane, istio.config.inboundPortsExclude]).toEqual(['ambient', '8080']);
    expect(findings.map(({ code, message }) => [code, message.endsWith('inboundPortsExclude 8080.')])).toEqual([
      ['NAT0209', true],
    ]);
    expect(verdict).toBe('degraded');
  });
});

describe('every command takes the annotation for the same ports', () => {
  const facts = podOf('1.28.10', [8080]);
  const right = declaredOf({ flags: { inboundPortsExclude: '8080' } });
  const wrong = declaredOf({ flags: { inboundPortsExclude: '9090' } });

  it('diff', () => {
    expect(diff(facts, { declared: right }).report.equivalent).toBe(true);
    const { differences } = diff(facts, { declared: wrong }).report;
    expect(differences.map(({ packets }) => packets.destinationPort).sort()).toEqual(['8080', '9090']);
  });

  it('flow', () => {
    const intended = (declared: typeof right, port: number) =>
      flow(facts, declared, { port, journeys: ['inbound'] }).report.intended;
    expect([intended(right, 8080), intended(right, 9090)]).toEqual([true, true]);
    expect([intended(wrong, 8080), intended(wrong, 9090)]).toEqual([false, false]);
  });

  it('infer', () => {
    const [best] = infer(facts, right).candidates;
    expect(best).toMatchObject({ distance: 0, releases: ['1.25', '1.31'] });
    expect(best?.config.inboundPortsExclude).toBe('15090,15021,8080,15020');
    expect(infer(facts, wrong).candidates[0]).toMatchObject({ distance: 2, releases: ['1.25', '1.31'] });
  });

  it.each([
    ['1.0.9', '22 8080'],
    ['1.5.10', '22 8080 15020'],
    ['1.12.9', '15008 22 15090 15021 8080 15020'],
    ['1.28.10', '15008 15090 15021 8080 15020'],
  ])('expected, of %s', (istioVersion, ports) => {
    const { text } = expected(declaredOf({ flags: { istioVersion, inboundPortsExclude: '8080' } }), {
      output: 'save',
      family: 'ipv4',
    });
    const inbound = text.split('\n').filter((line) => /^-A ISTIO_INBOUND .* -j RETURN$/.test(line));
    expect(inbound.map((line) => line.match(/--dport (\d+)/)?.[1]).join(' ')).toBe(ports);
  });
});

/** A configuration as one of the programmers makes it of an annotation, and the annotation. */
const annotated = fc
  .tuple(fc.constantFrom(...RELEASES), fc.constantFrom(...BOTH))
  .chain(([release, by]) => fc.tuple(configOf(release), fc.constant(by), fc.subarray([15020, 15021, 15090])))
  .map(([config, by, reserved]) => {
    const excluded = [...config.inboundPortsExclude, ...reserved];
    const has = featuresFor(config.istioVersion);
    return {
      excluded,
      config: { ...config, inboundPortsExclude: excludedInbound({ excluded }, has, by) },
    };
  });

/** The inputs that a release has, as they were programmed. */
function inputsIn(config: Config): Partial<Config> {
  const release = parseRelease(config.istioVersion);
  if ('error' in release) throw new Error(release.error);
  return Object.fromEntries(inputsOf(release).map((key) => [key, config[key]]));
}

/**
 * What is wrong or open where these inputs are said, with excluded inbound ports that are the annotation's, or exact. An
 * annotation can tell the release, and that may have no use for another input (NAT0209).
 */
function wrongOf(facts: Facts, inputs: Partial<Config>, isAnnotated: boolean): string[] {
  const layer = { origin: 'flag' as const, inputs, ...(isAnnotated ? { annotated: true as const } : {}) };
  const declared = { layers: [layer], complete: false };
  const { findings, undetermined } = check(facts, declared, { toolVersion: '0' });
  const loud = findings.filter(({ severity, code }) => severity !== 'info' && code !== 'NAT0209');
  return [...loud, ...undetermined].map(({ code }) => code);
}

describe('a pod whose rules are those of an annotation', () => {
  it('is judged as with the ports that were programmed when the annotation is said', { timeout: 600_000 }, () => {
    const property = fc.property(annotated, ({ excluded, config }) => {
      const facts = podWith(config);
      // DNS capture that names no server writes nothing, and lost rules look the same: that is asked.
      fc.pre(!config.redirectDns || config.captureAllDns || config.dnsServersV4.length > 0);
      fc.pre(judged(facts, {}).verdict === 'healthy');
      const all = inputsIn(config);
      const { istioVersion, ...others } = all;
      for (const said of [{}, { istioVersion: config.istioVersion }, others, all]) {
        const [meant, exact] = [
          { ...said, inboundPortsExclude: excluded },
          { ...said, inboundPortsExclude: config.inboundPortsExclude },
        ];
        expect([meant, wrongOf(facts, meant, true)]).toEqual([meant, wrongOf(facts, exact, false)]);
      }
      if (config.inboundPortsInclude === '*')
        expect(wrongOf(facts, { inboundPortsExclude: excluded }, true)).toEqual([]);
    });
    fc.assert(property, { numRuns: RUNS, seed: 20261130 });
  });
});
