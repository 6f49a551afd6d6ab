import { describe, expect, it } from 'vitest';
import { parseIptables } from '../../../src/parse/iptables/index.ts';
import { printListRules, printRule, printSave } from '../../../src/print/iptables/index.ts';
import { corpusTexts, HAS_CORPUS, rulesByChain } from './recordings.ts';

describe.skipIf(!HAS_CORPUS)('recorded layouts of Istio', () => {
  it('print back per table and chain, without a diagnostic, in the right family and table', () => {
    let count = 0;
    for (const { id, key, text } of corpusTexts()) {
      count += 1;
      const { tables, diagnostics } = parseIptables(text, { source: key });
      const printed = key.endsWith('.S') ? tables.map(printListRules).join('') : printSave(tables);
      expect(diagnostics, `${id} ${key}`).toEqual([]);
      expect(rulesByChain(printed), `${id} ${key}`).toEqual(rulesByChain(text));
      const family = key.includes('.v6') ? 'ipv6' : 'ipv4';
      expect(
        tables.filter((table) => table.family !== family),
        `${id} ${key}`,
      ).toEqual([]);
      if (key.endsWith('nat.S')) expect(tables.map(({ name }) => name)).toEqual(['nat']);
    }
    expect(count).toBeGreaterThan(4000);
  });

  it('the printed form of a rule is its text', () => {
    for (const { key, text } of corpusTexts()) {
      for (const chain of parseIptables(text, { source: key }).tables.flatMap((table) => table.chains)) {
        for (const rule of chain.rules) expect(printRule(rule, chain.name)).toBe(rule.text);
      }
    }
  });
});
