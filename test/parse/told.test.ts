import { expect, test } from 'vitest';
import { INPUT_LIMITS } from '../../src/model/limits.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { parseIpRoutes } from '../../src/parse/routing/routes.ts';
import { Told } from '../../src/parse/told.ts';

const about = (severity: 'error' | 'note', text = '') => ({
  source: 'x',
  line: 1,
  column: 1,
  message: 'm',
  text,
  severity,
});

test('so many of each severity are kept, and one that says there are more', () => {
  const told = new Told();
  for (let at = 0; at < 3 * INPUT_LIMITS.told; at += 1) told.add(about('error'));
  told.add(about('note', 'x'.repeat(1000)));
  expect(told.list).toHaveLength(INPUT_LIMITS.told + 2);
  expect(told.list.at(-2)?.message).toBe('more of the same kind follows and is not listed');
  expect(told.list.at(-1)).toEqual(about('note', 'x'.repeat(400)));
});

test('every parser keeps to it, and what was lost stays said', () => {
  const rules = '-A OUTPUT --bogus\n'.repeat(1000);
  const { diagnostics, tables } = parseIptables(`*nat\n:OUTPUT ACCEPT [0:0]\n${rules}COMMIT\n`, { source: 'x' });
  expect(diagnostics).toHaveLength(INPUT_LIMITS.told + 1);
  expect(tables[0]?.chains[0]?.rules).toHaveLength(1000);
  expect(parseIpRoutes('x\n'.repeat(1000), 'ipv4', null, { source: 'x' }).diagnostics).toHaveLength(
    INPUT_LIMITS.told + 1,
  );
});
