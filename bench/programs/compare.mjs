// Parses two saves and compares what they do at both hooks; without arguments it only loads what that takes.
import { readFileSync } from 'node:fs';
import { compareRulesets, parseIptables } from '../../dist/index.js';

const [live, expected, differences] = process.argv.slice(2);
if (live !== undefined) {
  const [a, b] = [live, expected].map((source) => ({
    tables: parseIptables(readFileSync(source, 'utf8'), { source }).tables,
  }));
  const hooks = ['PREROUTING', 'OUTPUT'];
  const found = hooks.flatMap((hook) => {
    const { different, open } = compareRulesets(a, b, { hook, family: 'ipv4' });
    return [...different, ...open];
  });
  process.exitCode = found.length > 0 === (differences === '1') ? 0 : 1;
}
