import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { foreignCases } from './foreign.ts';
import { judged, loudCodes } from './judged.ts';
import { ownCases } from './own.ts';

const EXTRAS = { excludeInterfaces: ['net1'], outboundPortsExclude: [3306], enableIpv6: true } as const;
const CONFIGS: readonly Config[] = [{ ...defaultConfig('1.28.10'), ...EXTRAS }];

const cases = CONFIGS.flatMap((config) => [
  ...ownCases(config).filter(({ kind }) => kind === 'input' || kind === 'flush'),
  ...foreignCases(config),
]);

describe('one cause is one finding at most', () => {
  it.each(cases)('$kind: $what', (one) => {
    expect(loudCodes(judged(one)).length).toBeLessThanOrEqual(1);
  });
});
