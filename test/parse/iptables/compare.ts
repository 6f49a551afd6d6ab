import { expect } from 'vitest';
import type { Match } from '../../../src/model/match.ts';
import type { Rule, Table } from '../../../src/model/ruleset.ts';
import type { Target } from '../../../src/model/target.ts';
import { content, inWords } from './recordings.ts';

/** How many rules of a listing were compared, and how many of them were told completely. */
export interface Told {
  readonly rules: number;
  readonly complete: number;
}

/**
 * Holds a listing (`-L`) against the save of the same table. A rule without unknown parts must be the rule of the save; one
 * with unknown parts must not claim anything that the save does not have.
 */
export function expectListingTellsTheTruth(listed: Table, saved: Table): Told {
  expect(listed.chains.map(({ name, base }) => inWords({ name, base })).toSorted()).toEqual(
    saved.chains.map(({ name, base }) => inWords({ name, base })).toSorted(),
  );
  const told = { rules: 0, complete: 0 };
  for (const chain of saved.chains) {
    const rows = listed.chains.find((candidate) => candidate.name === chain.name)?.rules ?? [];
    expect(rows.length, chain.name).toBe(chain.rules.length);
    for (const [index, rule] of chain.rules.entries()) {
      const row = rows[index];
      if (row === undefined) continue;
      told.rules += 1;
      if (compareRule(row, rule)) told.complete += 1;
    }
  }
  return told;
}

function compareRule(row: Rule, saved: Rule): boolean {
  if (hides(saved)) return false;
  const [left, right] = [comparable(row), comparable(saved)];
  const complete = !left.matches.some(isUnknown) && !left.targets.some(isUnknown);
  if (complete) expect(content(left), row.text).toBe(content(right));
  else expectNothingInvented(left, right);
  return complete;
}

/** What the tools themselves do not print, in `-S` or in `-L`. */
function hides(saved: Rule): boolean {
  // Two owner instances look like one with both options; nft prints nothing for eui64; -S forgets "! --dport 0:65535".
  if (saved.matches.filter((match) => match.kind === 'owner').length > 1) return true;
  return /-m eui64|^-A R63 /.test(saved.text);
}

/** The options of targets that let go on, and the old spelling of --notrack, are not in a listing. */
function comparable(rule: Rule): Rule {
  const targets = rule.targets.map((target): Target => {
    if (target.kind === 'continue') return { ...target, args: [] };
    return target.kind === 'ct' ? { kind: 'ct', notrack: target.notrack, ...zone(target), rest: target.rest } : target;
  });
  return { ...rule, targets };
}

function zone(target: Target): object {
  if (target.kind !== 'ct' || target.zone === undefined) return {};
  return { zone: target.zone, ...(target.direction === undefined ? {} : { direction: target.direction }) };
}

function isUnknown(part: Match | Target): boolean {
  return part.kind === 'unknown';
}

function expectNothingInvented(row: Rule, saved: Rule): void {
  const has = new Set(saved.matches.map(inWords));
  for (const match of row.matches) {
    if (!isUnknown(match)) expect(has, row.text).toContain(inWords(match));
  }
  for (const target of row.targets) {
    if (!isUnknown(target)) expect(saved.targets.map(inWords), row.text).toContain(inWords(target));
  }
}
