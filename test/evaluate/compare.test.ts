import { expect, it } from 'vitest';
import { compareRulesets } from '../../src/evaluate/compare.ts';
import { withinTime } from '../../src/evaluate/symbolic/time.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { badRules } from './bad-rules.ts';

it.each([
  ['ipv4', '0.0.0.0'],
  ['ipv6', '::'],
] as const)('a comparison of %s that is given up asks about a packet of that family', (family, everywhere) => {
  const { text, other } = badRules(0.1).find(({ name }) => name === 'many owners') ?? { text: '', other: '' };
  const read = (save: string) => parseIptables(save, { source: 'bad', family, backend: 'iptables-legacy' });
  // A clock that is at another hour whenever it is looked at.
  let hour = 0;
  const late = () => 3_600_000 * hour++;
  const { different, open } = withinTime(
    () => compareRulesets(read(text), read(other), { hook: 'OUTPUT', family }),
    late,
  );
  expect(different).toEqual([]);
  expect(open).toMatchObject([
    { family, hook: 'OUTPUT', witness: { family, source: everywhere, destination: everywhere } },
  ]);
});
