import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIptables } from '../../../src/parse/iptables/index.ts';
import { printSave } from '../../../src/print/iptables/index.ts';
import { expectListingTellsTheTruth } from './compare.ts';
import { whyNoKernel, withNamespace } from './namespace.ts';
import { FIXTURES, familyOf, recorded, rulesByChain, TABLES, theTable, VARIANTS } from './recordings.ts';

/** The program that loads or saves for one variant: `legacy.v6` and `save` make `ip6tables-legacy-save`. */
function program(variant: string, action: string): string {
  const [backend, family] = variant.split('.');
  return `${family === 'v6' ? 'ip6tables' : 'iptables'}-${backend}-${action}`;
}

describe.skipIf(whyNoKernel() !== null)('rules of every kind, loaded into this kernel', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'istio-nat-record-'));
    execFileSync(join(FIXTURES, 'record.sh'), [directory], { stdio: 'pipe' });
  }, 300_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(VARIANTS)('%s: what is printed loads, and the kernel says the same again', (variant) => {
    const first = recorded(directory, `${variant}.save`);
    expect(recorded(directory, `${variant}.loaded`).split('\n').length).toBeGreaterThan(200);
    const printed = printSave(parseIptables(first, { source: 'save' }).tables);
    const second = withNamespace((run) => {
      run(program(variant, 'restore'), [], printed);
      return run(program(variant, 'save'), []);
    });
    expect(rulesByChain(second)).toEqual(rulesByChain(first));
  });

  it.each(VARIANTS)('%s: listings tell the same rules', (variant) => {
    const family = familyOf(variant);
    const saved = parseIptables(recorded(directory, `${variant}.save`), { source: 'save' });
    for (const name of TABLES) {
      const listing = parseIptables(recorded(directory, `${variant}.${name}.Lnv`), { source: 'L', family });
      expect(listing.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      const told = expectListingTellsTheTruth(theTable(listing.tables, name), theTable(saved.tables, name));
      expect(told.complete / told.rules).toBeGreaterThan(0.8);
    }
  });
});
