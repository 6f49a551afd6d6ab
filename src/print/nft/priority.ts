import type { Hook } from '../../model/ruleset.ts';

/** The names of priorities, and the hooks on which nft 1.0.6 knows them (all, if none is given). */
const NAMES: readonly { readonly name: string; readonly priority: number; readonly hook?: Hook }[] = [
  { name: 'raw', priority: -300 },
  { name: 'mangle', priority: -150 },
  { name: 'dstnat', priority: -100, hook: 'PREROUTING' },
  { name: 'filter', priority: 0 },
  { name: 'security', priority: 50 },
  { name: 'srcnat', priority: 100, hook: 'POSTROUTING' },
];

/** nft names a priority that is this close to a named one: `filter - 3`. */
const REACH = 10;

/** A priority as nft prints it: a name, a name with an offset, or the number. nat output has no name: `-100`. */
export function printPriority(priority: number, hook: Hook): string {
  const near = NAMES.find((entry) => Math.abs(priority - entry.priority) <= REACH);
  if (near === undefined || (near.hook !== undefined && near.hook !== hook)) return String(priority);
  const offset = priority - near.priority;
  return offset === 0 ? near.name : `${near.name} ${offset < 0 ? '-' : '+'} ${Math.abs(offset)}`;
}
