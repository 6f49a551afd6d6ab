import { describe, expect, it } from 'vitest';
import { parseIptables } from '../../../src/parse/iptables/index.ts';
import { printListRules, printSave } from '../../../src/print/iptables/index.ts';
import { expectListingTellsTheTruth } from './compare.ts';
import { content, familyOf, RECORDED, recorded, rulesByChain, TABLES, theTable, VARIANTS } from './recordings.ts';

describe.each(VARIANTS)('rules of every kind, recorded from %s', (variant) => {
  const family = familyOf(variant);
  const save = recorded(RECORDED, `${variant}.save`);
  const saved = parseIptables(save, { source: 'save' });

  // ip6tables-nft 1.8.9 takes -c and forgets it.
  const counters = (given: { packets: number; bytes: number }) =>
    variant === 'nft.v6' ? { packets: 0, bytes: 0 } : given;

  it('a save is printed back as it was', () => {
    expect(saved.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(rulesByChain(printSave(saved.tables))).toEqual(rulesByChain(save));
  });

  it('a save says its family and variant, and speaks of the tables that it shows', () => {
    expect(new Set(saved.tables.map((table) => `${table.family} ${table.backend}`))).toEqual(
      new Set([`${family} iptables-${variant.split('.')[0]}`]),
    );
    expect(saved.formats).toEqual(['save']);
    expect(saved.coverage).toEqual([{ family, tables: saved.tables.map(({ name }) => name) }]);
  });

  it('every rule quotes its line', () => {
    const lines = save.split('\n');
    for (const chain of saved.tables.flatMap((table) => table.chains)) {
      for (const rule of chain.rules) expect(lines[rule.origin.line - 1]).toBe(rule.text);
    }
  });

  it.each(TABLES)('-L -n -v of %s never says more than the save, and most of it', (name) => {
    const listing = parseIptables(recorded(RECORDED, `${variant}.${name}.Lnv`), { source: 'L', family });
    expect(listing.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(listing.formats).toEqual(['list']);
    expect(listing.coverage).toEqual([{ family, tables: [name] }]);
    const told = expectListingTellsTheTruth(theTable(listing.tables, name), theTable(saved.tables, name));
    expect(told.complete / told.rules).toBeGreaterThan(0.8);
  });

  it('-S of nat is the same table, and is printed back as it was', () => {
    const text = recorded(RECORDED, `${variant}.nat.S`);
    const listing = parseIptables(text, { source: 'S', family });
    expect(listing.diagnostics.map(({ message }) => message).filter((message) => !/NETMAP|base/.test(message))).toEqual(
      [],
    );
    expect(listing.formats).toEqual(['list-rules']);
    expect(listing.tables.map(printListRules).join('')).toBe(text);
  });

  it('-S -v has counters that are no part of the rule', () => {
    const listing = parseIptables(recorded(RECORDED, `${variant}.nat.Sv`), { source: 'Sv', family });
    const rules = theTable(listing.tables, 'nat').chains.flatMap((chain) => chain.rules);
    const counted = rules.find((rule) => rule.text.includes('15099'));
    expect(counted?.counters).toEqual(counters({ packets: 1234567, bytes: 98765432 }));
    expect(counted?.text).toMatch(/^-A R\d+ -p tcp -j REDIRECT --to-ports 15099$/);
  });

  it('line numbers change nothing, and large counters are rounded', () => {
    const plain = parseIptables(recorded(RECORDED, `${variant}.nat.Lnv`), { source: 'L', family });
    const numbered = parseIptables(recorded(RECORDED, `${variant}.nat.Lnv-numbers`), { source: 'L', family });
    const rules = (parsed: typeof plain) => theTable(parsed.tables, 'nat').chains.flatMap((chain) => chain.rules);
    expect(rules(numbered).map(content)).toEqual(rules(plain).map(content));
    const counted = rules(numbered).find((rule) => rule.text.includes('15099'));
    expect(counted?.counters).toEqual(counters({ packets: 1235000, bytes: 99000000 }));
    const notes = numbered.diagnostics.filter(({ message }) => message.includes('rounded'));
    expect(notes).toHaveLength(variant === 'nft.v6' ? 0 : 1);
  });

  it('without -v every rule may be limited to an interface, said once', () => {
    const listing = parseIptables(recorded(RECORDED, `${variant}.nat.Ln`), { source: 'L', family });
    const rules = theTable(listing.tables, 'nat').chains.flatMap((chain) => chain.rules);
    expect(rules.every(({ matches }) => matches.some(({ kind }) => kind === 'unknown'))).toBe(true);
    expect(listing.shown.map(({ lacks }) => lacks.map(({ what }) => what))).toEqual([
      ['without -v a listing hides interfaces and what kind of rule each is'],
    ]);
  });

  it('without -n addresses are still read where no name replaced them', () => {
    const listing = parseIptables(recorded(RECORDED, `${variant}.nat.Lv`), { source: 'L', family });
    expect(listing.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const told = expectListingTellsTheTruth(theTable(listing.tables, 'nat'), theTable(saved.tables, 'nat'));
    expect(told.complete / told.rules).toBeGreaterThan(0.8);
  });
});
