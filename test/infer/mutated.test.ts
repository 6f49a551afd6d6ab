import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thisMachine } from '../../src/collect/machine.ts';
import { inferConfig } from '../../src/infer/index.ts';
import { buildLayout } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import type { CheckReport } from '../../src/model/report.ts';
import type { Ruleset } from '../../src/model/ruleset.ts';
import { observeRules } from '../../src/observe/index.ts';
import { formatConfig } from '../../src/parse/config/index.ts';
import { check } from '../asked.ts';
import { mutationOf } from '../diagnose/mutations.ts';
import { anyLayout } from './any-layout.ts';
import { printed } from './printed.ts';
import { rulesOf } from './rules.ts';

/** How many changed layouts are checked; a longer run is switched on by the variable. */
const RUNS = Number(process.env.ISTIO_NAT_INFER_RUNS ?? 20);

/** A sidecar's or an ambient pod's iptables layout, and the same with one change. */
const mutated = anyLayout
  .filter(({ backend, scope }) => backend === 'iptables' && scope === 'pod')
  .chain((config) => mutationOf(buildLayout(config)).map((mutation) => ({ config, ...mutation })));

/** What check says of a text, told nothing or everything. */
async function checked(text: string, config?: Config): Promise<CheckReport['verdict']> {
  const texts = new Map([['rules', text]]);
  if (config !== undefined) texts.set('config', JSON.stringify(formatConfig(config)));
  const report = await check(
    {
      source: { kind: 'rules', files: ['rules'] },
      config: { flags: {}, env: {}, ...(config && { configFile: 'config' }) },
      toolVersion: '0.0.0',
    },
    { ...thisMachine(), readInput: async (path) => ({ text: texts.get(path) ?? '' }) },
  );
  return report.verdict;
}

/** Whether the rules are, one by one, a layout that nothing suspicious had to be supposed for. */
function isLayout(text: string): boolean {
  const { ruleset, coverage } = observeRules([{ name: 'rules', text }]);
  return inferConfig(ruleset, { coverage }).candidates.some(
    ({ distance, suspicious, config }) =>
      distance === 0 && suspicious.length === 0 && same(buildLayout(config), ruleset),
  );
}

function same(layout: Ruleset, live: Ruleset): boolean {
  const families = new Set(live.tables.map(({ family }) => family));
  const shown = layout.tables.filter(({ family }) => families.has(family));
  return rulesOf({ tables: shown }).join() === rulesOf(live).join();
}

describe('a layout with one change', () => {
  it('is called healthy by those who know nothing of the pod only if some release writes just that', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, async ({ config, ruleset, what }) => {
        const text = printed(ruleset, 'save');
        if ((await checked(text)) !== 'healthy' || (await checked(text, config)) === 'healthy') return;
        expect([what, isLayout(text)]).toEqual([what, true]);
      }),
      { numRuns: RUNS, seed: 20261125 },
    );
  }, 3_600_000);
});
