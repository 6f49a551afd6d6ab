import { describe, expect, it } from 'vitest';
import { classesOf } from '../../src/evaluate/classes.ts';
import { compareRulesets } from '../../src/evaluate/compare.ts';
import { unreachedRules } from '../../src/evaluate/unreached.ts';
import type { Ruleset } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { badRules } from './bad-rules.ts';

/** 1 is what docs/architecture.md speaks of; minutes. */
const SCALE = Number(process.env.ISTIO_NAT_BAD_RULES ?? 0.004);
const OUTPUT = { hook: 'OUTPUT', family: 'ipv4' } as const;

function rulesetOf(text: string): Ruleset {
  const { tables, diagnostics } = parseIptables(text, { source: 'bad', family: 'ipv4', backend: 'iptables-legacy' });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return { tables };
}

/** An answer, or the reason why there is none, in words that are ours. */
function expectReason(because: readonly string[]): void {
  for (const reason of because) {
    expect(reason).toMatch(
      /^(the (rules|chains of table \w+) (combine|name|change|rewrite|tell|call)|more than|a packet would|there are more|\w+ \w+ rule \d+ may or may not|a condition that no packet field)/,
    );
  }
}

describe('rules that are made to be hard get an answer, or the reason why there is none', () => {
  it.each(badRules(SCALE))('$name', { timeout: 600_000 }, ({ text, other }) => {
    const [live, expected] = [rulesetOf(text), rulesetOf(other)];
    for (const classes of ['rules', 'outcomes'] as const) {
      const { different, open } = compareRulesets(live, expected, { ...OUTPUT, classes });
      expectReason(open.map(({ because }) => because));
      expect(different.length).toBeLessThanOrEqual(257);
      const itself = compareRulesets(live, rulesetOf(text), { ...OUTPUT, classes });
      expect(itself.different).toEqual([]);
    }
    const proxy = { uids: [1337], gids: [1337] };
    const fates = classesOf(live, { ...OUTPUT, state: 'NEW', proxy, localAddresses: [] });
    expectReason(fates.open.map(({ because }) => because));
    expect(fates.classes.length + fates.open.length).toBeGreaterThan(0);
    expectReason(unreachedRules(live).unfollowed.map(({ because }) => because));
  });
});
