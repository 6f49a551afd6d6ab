import { describe, expect, it } from 'vitest';
import { inInterface, not, outInterface, tcp } from '../../src/layout/clauses.ts';
import type { Match } from '../../src/model/match.ts';
import { ruleKey } from '../../src/rules/rule-key.ts';

const keyOf = (...matches: readonly Match[]) => ruleKey({ matches, targets: [{ kind: 'return' }] }, 'ipv4');

describe('what a rule says', () => {
  it.each([['in', inInterface('+')] as const, ['out', outInterface('+')] as const])(
    'is not changed by any interface %s',
    (_, any) => {
      expect(keyOf(any, tcp)).toBe(keyOf(tcp));
      expect(keyOf(not(any), tcp)).not.toBe(keyOf(tcp));
    },
  );

  it('is changed by a pattern of names', () => {
    expect(keyOf(inInterface('eth+'))).not.toBe(keyOf());
    expect(keyOf(inInterface('eth+'))).not.toBe(keyOf(inInterface('eth')));
  });
});
