import { hasIstioPrefix } from '../../istio/iptables-chains.ts';
import type { Rule } from '../../model/ruleset.ts';
import { type Lack, SHOWS_ALL } from '../../model/shown.ts';
import type { Line } from './diagnostics.ts';
import { type DraftChain, type DraftTable, jumpsOf } from './draft-table.ts';
import { HOOKS, lackingHooks } from './identify.ts';
import { hiddenByOlderTool } from './older-tool.ts';

/**
 * How one can tell that a table was not shown whole: by what every listing of its form has and this one has not. Text for
 * iptables-restore need not be whole, so it lacks nothing.
 */
export function lacksOf(draft: DraftTable, name: string): Lack[] {
  if (draft.restoreInput) return [];
  const found = draft.form === 'save' ? ofSave(draft, name) : ofListing(draft, name);
  return found.map((lack) => ({ instead: `${SHOWS_ALL}`, ...lack }));
}

type Found = Pick<Lack, 'what'> & Partial<Lack>;

function ofSave(draft: DraftTable, name: string): Found[] {
  const undeclared = undeclaredChains(draft);
  return [
    ...(draft.cut === null
      ? []
      : [{ what: `it has no COMMIT, so its end is not shown`, instead: wholeSave(name), inGaps: true as const }]),
    // Of a built-in chain, the line has the policy alone.
    ...undeclared.map((chain) => ({
      what: `no line declares its chain ${chain}, so lines were lost`,
      ...(HOOKS.includes(chain) && { inGaps: true as const }),
    })),
    ...cutShort(draft),
    ...hiddenByOlderTool(draft),
  ];
}

function namesOf({ chains }: DraftTable): string[] {
  return [...chains.values()].filter((chain) => chain.declared).map((chain) => chain.name);
}

/** A rule without target that is the widest of all: `cut`, or a window, may have taken its target. */
function cutShort({ chains }: DraftTable): Found[] {
  const rules = [...chains.values()].flatMap((chain) => chain.rules);
  const width = rules.reduce((most, { text }) => Math.max(most, text.length), 0);
  const cut = rules.find(({ targets, text }) => targets.length === 0 && text.length === width);
  if (cut === undefined || rules.length < 2) return [];
  return [{ what: `line ${cut.origin.line}, the longest of its rules, has no target and may have lost its end` }];
}

function wholeSave(name: string): string {
  return `Give the output of iptables-save whole, from *${name} to COMMIT`;
}

function ofListing(draft: DraftTable, name: string): Found[] {
  const structure = structureOf(draft, name);
  const [unread] = draft.unread;
  return [
    ...(structure === null ? [] : [structure]),
    ...(draft.form === 'list-rules' ? cutShort(draft) : []),
    ...hiddenByOlderTool(draft),
    ...(unread === undefined ? [] : [{ what: `line ${unread.number}, between its lines, is none of iptables` }]),
    ...(draft.moved === null || draft.aligned === null ? [] : [ofMoved(draft.moved)]),
    ...(draft.hidesInterfaces === null ? [] : [INTERFACES]),
    ...(draft.named === null ? [] : [ofName(draft.named)]),
  ];
}

/** Blanks that were joined or lost move all rows. */
function ofMoved({ number }: Line): Found {
  return { what: `line ${number} has its columns where no other row has them, so it was changed` };
}

const INTERFACES: Found = {
  what: 'without -v a listing hides interfaces and what kind of rule each is',
  instead: 'List the rules with `iptables -t TABLE -L -n -v`, or give the output of iptables-save',
};

function ofName({ line, name }: NonNullable<DraftTable['named']>): Found {
  const word = JSON.stringify(name.slice(0, LONGEST_NAME));
  return {
    what: `line ${line.number} has the name ${word}, which only the machine knows where it was printed`,
    instead: 'List the rules with numbers: `iptables -t TABLE -L -n -v`, or give the output of iptables-save',
  };
}

const LONGEST_NAME = 60;

/** A listing shows all built-in chains of the table first, and every chain that has rules or is jumped to. */
function structureOf(draft: DraftTable, name: string): Found | null {
  const declared = namesOf(draft);
  const lost = lackingHooks(declared, name);
  if (lost.length > 0) return { what: alone(declared) ?? `its built-in ${chains(lost)} not shown` };
  const undeclared = undeclaredChains(draft);
  if (undeclared.length > 0) return { what: `its ${chains(undeclared)} not shown` };
  const short = [...draft.chains.values()].find((chain) => (chain.references ?? 0) > jumpCount(draft, chain));
  if (short === undefined) return null;
  return { what: `it says that ${short.references} rules jump to ${short.name}, and shows ${jumpCount(draft, short)}` };
}

function alone(declared: readonly string[]): string | null {
  const [only] = declared;
  return declared.length === 1 && only !== undefined ? `only its chain ${only} is shown` : null;
}

function chains(names: readonly string[]): string {
  return names.length === 1 ? `chain ${names[0]} is` : `chains ${names.join(', ')} are`;
}

function jumpCount(draft: DraftTable, { name }: DraftChain): number {
  return jumpsOf(draft).get(name)?.count ?? 0;
}

/**
 * Chains that have rules or are jumped to, and that no line declares. In a save, an unknown name may be a target's. Where a
 * text was cut off in the midst of a line, what is left of the line is no name.
 */
function undeclaredChains(draft: DraftTable): string[] {
  const isWhole = (rule: Rule | undefined) => rule !== undefined && rule.origin.line !== draft.cut?.line;
  const withRules = [...draft.chains.values()].filter(({ declared, rules }) => !declared && isWhole(rules[0]));
  const jumpedTo = [...jumpsOf(draft)].filter(([name, { first }]) => !draft.chains.has(name) && isWhole(first));
  const isSave = draft.form === 'save';
  return [
    ...withRules.map(({ name }) => name).filter((name) => isSave || !HOOKS.includes(name)),
    ...jumpedTo.map(([name]) => name).filter((name) => !isSave || hasIstioPrefix(name)),
  ];
}
