import type { Lack } from '../../model/shown.ts';
import { hookOf } from './build/hooks.ts';
import type { ListedChain, ListedRule, ListedTable } from './syntax.ts';

/** How one can tell that a table was not listed whole: somebody pasted one of its chains, or lost lines of it. */
export function lacksOf(listed: ListedTable): Lack[] {
  const what = partOf(listed);
  if (what === null) return [];
  const instead = `Give the output of \`nft list table ${listed.family} TABLE\`, or of \`nft list ruleset\`, whole`;
  return [{ what, instead }];
}

function partOf({ chains }: ListedTable): string | null {
  const names = new Set(chains.map(({ name }) => name));
  const jumps = new Set(chains.flatMap(jumpsOf));
  const lost = [...jumps].find((name) => !names.has(name));
  if (lost !== undefined) return `its chain ${lost}, to which a rule jumps, is not shown`;
  const hookless = chains.find(({ name, base }) => base === undefined && isHookName(name) && !jumps.has(name));
  if (hookless !== undefined) return `its chain ${hookless.name} has no line that says its hook`;
  const cut = chains.flatMap(({ rules }) => rules).find(isMatchAlone);
  if (cut !== undefined) return `line ${cut.line} says nothing of what becomes of packets, and may have lost its end`;
  const [first] = chains;
  if (first === undefined || chains.some(({ base }) => base !== undefined)) return null;
  return chains.length === 1 ? `only its chain ${first.name} is shown` : 'none of the chains shown has a hook';
}

function isMatchAlone({ statements }: ListedRule): boolean {
  return statements.length > 0 && statements.every(({ kind }) => kind === 'match');
}

function isHookName(name: string): boolean {
  return hookOf(name.toLowerCase()) !== null;
}

function jumpsOf({ rules }: ListedChain): string[] {
  return rules.flatMap(({ statements }) =>
    statements.flatMap((statement) =>
      statement.kind === 'jump' || statement.kind === 'goto' ? [statement.chain] : [],
    ),
  );
}
