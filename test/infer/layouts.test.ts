import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, inferConfig } from '../../src/infer/index.ts';
import { buildLayout } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { Table } from '../../src/model/ruleset.ts';
import { observeRules } from '../../src/observe/index.ts';
import { anyLayout } from './any-layout.ts';
import { type Form, printed } from './printed.ts';
import { covers } from './range.ts';
import { rulesOf } from './rules.ts';

/** How many layouts are drawn; a longer run is switched on by the variable. */
const RUNS = Number(process.env.ISTIO_NAT_INFER_RUNS ?? 60);

/** The oldest and the newest release of a range; a minor as its end is its newest patch. */
function endsOf(best: Candidate | undefined): string[] {
  if (best === undefined) return [];
  const [first, last] = best.releases;
  return [/^1\.\d+$/.test(first) ? `${first}.0` : first, last];
}

function read(config: Config, form: Form): Pod {
  return observeRules([{ name: 'pod', text: printed(buildLayout(config), form) }]);
}

describe('the layout of any release and inputs, as its tool prints it', () => {
  it('is what the first candidate says, in a range that has the release and writes the same from end to end', () => {
    fc.assert(
      fc.property(anyLayout, fc.constantFrom<Form>('save', 'S'), (config, form) => {
        const { ruleset, coverage } = read(config, form);
        const [best] = inferConfig(ruleset, { coverage }).candidates;
        expect(best?.distance).toBe(0);
        const visible = ({ family, name }: Table): boolean =>
          coverage.some(
            (seen) => [seen.family, 'inet'].includes(family) && (seen.tables === 'all' || seen.tables.includes(name)),
          );
        expect(best && rulesOf({ tables: buildLayout(best.config).tables.filter(visible) })).toEqual(rulesOf(ruleset));
        expect(best && covers(best, config.istioVersion)).toBe(true);
        for (const istioVersion of endsOf(best)) {
          const same = buildLayout({ ...(best?.config ?? config), istioVersion }).tables.filter(visible);
          expect([istioVersion, rulesOf({ tables: same })]).toEqual([istioVersion, rulesOf(ruleset)]);
        }
      }),
      { numRuns: RUNS, seed: 20261123 },
    );
  }, 3_600_000);
});
