import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excludedInbound, featuresFor } from '../../src/layout/index.ts';

const RESERVED = [15090, 15021, 15020];
const port = fc.oneof(fc.integer({ min: 1, max: 65535 }), fc.constantFrom(...RESERVED, 22, 8080));
const release = fc.integer({ min: 0, max: 31 }).map((minor) => `1.${minor}`);
const programmer = fc.constantFrom('istio-init' as const, 'istio-cni' as const);

describe('the ports that are excluded for an annotation', () => {
  it.each([
    ['1.0.9', 'istio-init', [8080]],
    ['1.1.0', 'istio-init', [8080, 15020]],
    ['1.5.10', 'istio-init', [8080, 15020]],
    ['1.6.0', 'istio-init', [15090, 15021, 8080, 15020]],
    ['1.28.10', 'istio-init', [15090, 15021, 8080, 15020]],
    // The plugin was in a repository of its own, and took the injector's list.
    ['1.7.8', 'istio-cni', [15090, 15021, 8080, 15020]],
    ['1.8.0', 'istio-cni', [8080, 15020, 15021, 15090]],
    ['1.31.0', 'istio-cni', [8080, 15020, 15021, 15090]],
  ] as const)('by %s and %s', (version, by, ports) => {
    expect(excludedInbound({ excluded: [8080] }, featuresFor(version), by)).toEqual(ports);
  });

  it.each([
    ['istio-init', 15099, [15090, 15021, 8080, 15099]],
    ['istio-init', 8080, [15090, 15021, 8080]],
    ['istio-init', null, [15090, 15021, 8080]],
    ['istio-cni', 15099, [8080, 15099, 15020, 15021, 15090]],
    ['istio-cni', null, [8080, 15020, 15021, 15090]],
  ] as const)('by %s where the status port is %s', (by, status, ports) => {
    expect(excludedInbound({ excluded: [8080], status }, featuresFor('1.28.10'), by)).toEqual(ports);
  });

  it.each(['istio-init', 'istio-cni'] as const)('by %s are those that it names, if it has all of them', (by) => {
    const whole = [15090, 15021, 8080, 15020];
    expect(excludedInbound({ excluded: whole }, featuresFor('1.28.10'), by)).toEqual(whole);
  });

  it('are the same when the whole list is given in place of the annotation', () => {
    const property = fc.property(fc.uniqueArray(port), release, programmer, (excluded, version, by) => {
      const has = featuresFor(version);
      const whole = excludedInbound({ excluded }, has, by);
      expect(excludedInbound({ excluded: whole }, has, by)).toEqual(whole);
      expect(new Set(whole).size).toBe(whole.length);
      expect(whole.filter((one) => excluded.includes(one))).toEqual(excluded);
    });
    fc.assert(property);
  });
});
