import { describe, expect, it } from 'vitest';
import { decidesCapture, Hooks } from '../../src/evaluate/hooks.ts';
import type { Base, Table } from '../../src/model/ruleset.ts';

function table(name: string, base: Omit<Base, 'hook' | 'policy'>, family: Table['family'] = 'inet'): Table {
  const attached: Base = { ...base, hook: 'OUTPUT', policy: 'accept' };
  return { backend: 'nftables', family, name, chains: [{ name: 'output', base: attached, rules: [] }] };
}

const order = (...tables: Table[]) => new Hooks({ tables }).at('OUTPUT', 'ipv4').map((one) => one.table.name);

describe('the order in which a hook asks', () => {
  it('is that of the priorities', () => {
    const filter = table('filter', { type: 'filter', priority: 0 });
    const raw = table('raw', { type: 'filter', priority: -300 });
    expect(order(filter, raw)).toEqual(['raw', 'filter']);
  });

  it('has the table registered last first among equal priorities', () => {
    const [a, b] = [table('a', { type: 'filter', priority: 0 }), table('b', { type: 'filter', priority: 0 })];
    expect(order(a, b)).toEqual(['b', 'a']);
  });

  it('has all nat chains in one place, whatever their priority', () => {
    const late = table('late', { type: 'nat', priority: 5 });
    const between = table('between', { type: 'filter', priority: -50 });
    expect(order(between, late)).toEqual(['late', 'between']);
  });

  it('leaves out tables of the other family', () => {
    expect(order(table('v6', { type: 'filter', priority: 0 }, 'ipv6'))).toEqual([]);
  });
});

it('only mangle and nat decide capture', () => {
  const priorities = [-300, -150, -100, 0];
  expect(priorities.map((priority) => decidesCapture(table('t', { type: 'filter', priority })))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});
