import { describe, expect, it } from 'vitest';
import { inferConfig } from '../../src/infer/index.ts';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { SEEN } from './rules.ts';

/** The layouts of a pod with defaults (1.0 parts from 1.1 in how it refuses IPv6), and inputs that tell more releases apart. */
const RANGES: readonly (readonly [string, Partial<Config>, readonly [string, string]])[] = [
  ['1.2.10', {}, ['1.1', '1.2']],
  ['1.4.10', {}, ['1.3', '1.4']],
  ['1.6.14', {}, ['1.5', '1.6']],
  ['1.12.9', {}, ['1.7', '1.12']],
  ['1.17.8', {}, ['1.13', '1.17']],
  ['1.24.6', {}, ['1.18', '1.24']],
  ['1.31.0', {}, ['1.25', '1.31']],
  ['1.5.1', { interceptionMode: 'TPROXY' }, ['1.5.0', '1.5.1']],
  ['1.5.10', { interceptionMode: 'TPROXY' }, ['1.5.2', '1.5']],
  ['1.12.9', { dropInvalid: true }, ['1.12.2', '1.12']],
  ['1.22.8', { redirectDns: true, dnsServersV4: ['10.96.0.10'] }, ['1.20', '1.22']],
  ['1.24.6', { dropInvalid: true }, ['1.24', '1.24']],
  ['1.28.10', { backend: 'nftables' }, ['1.27', '1.31']],
  ['1.28.10', { dataplane: 'ambient', redirectDns: true }, ['1.24', '1.31']],
  ['1.23.0', { dataplane: 'ambient', interceptionMode: 'TPROXY' }, ['1.21', '1.24']],
];

describe('the range of releases', () => {
  it.each(RANGES)('of %s with %j', (release, inputs, range) => {
    const live = buildLayout({ ...defaultConfig(release), ...inputs });
    const [best] = inferConfig(live, { coverage: SEEN }).candidates;
    expect(best?.distance).toBe(0);
    expect(best?.releases).toEqual(range);
  });
});
