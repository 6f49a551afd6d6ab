import type { Match } from '../../model/match.ts';
import type { Chain, Rule, Table } from '../../model/ruleset.ts';
import type { Target } from '../../model/target.ts';
import { goes } from '../../model/target-effects.ts';
import { freeTexts, freeTextsOfTarget } from '../free-text.ts';
import { isPlainName } from './names.ts';
import { printNftRule } from './rule.ts';
import { tableFamilyWord } from './values.ts';

/** A chain and the table it is in. */
interface Place {
  readonly table: Pick<Table, 'family' | 'name'>;
  readonly chain: Pick<Chain, 'name'>;
}

/** `inet TABLE CHAIN` as nft's grammar takes it; null where nft does not accept one of the names. */
export function nftPlace({ table, chain }: Place): string | null {
  if (!isPlainName(table.name) || !isPlainName(chain.name)) return null;
  return `${tableFamilyWord(table.family)} ${table.name} ${chain.name}`;
}

/** The words that delete a rule by its handle. Null where the names cannot be written. */
export function nftDeleteRule(place: Place, handle: number): readonly string[] | null {
  const named = nftPlace(place);
  if (named !== null) return ['nft', `delete rule ${named} handle ${handle}`];
  const { table, chain } = place;
  return inJson(
    { delete: { rule: { family: tableFamilyWord(table.family), table: table.name, chain: chain.name, handle } } },
    [table.name, chain.name],
  );
}

/** The words that delete one of Istio's native tables with all that is in it. */
export function nftDeleteTable({ family, name }: Place['table']): readonly string[] {
  return ['nft', `delete table ${tableFamilyWord(family)} ${name}`];
}

/** The words that switch one of Istio's tables on: added once more, without the flag `dormant`; its rules stay. */
export function nftWakeTable({ family, name }: Place['table']): readonly string[] {
  return ['nft', `add table ${tableFamilyWord(family)} ${name}`];
}

/** A command of any names, as JSON of printable ASCII. Null where a name was no text, so its bytes are unknown. */
function inJson(command: object, names: readonly string[]): readonly string[] | null {
  if (names.some((name) => /[\p{Cs}\ufffd]/u.test(name))) return null;
  const json = JSON.stringify({ nftables: [command] });
  return ['nft', '-j', json.replace(/[^\x20-\x26\x28-\x7e]/g, escapeUnit)];
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * A rule in words that nft reads back as the same: without counts and its chain. Null where it has parts that were not
 * understood, or texts that nft's strings, which have no escapes, cannot hold.
 */
export function nftRuleWords(rule: Pick<Rule, 'matches' | 'written' | 'targets' | 'counters'>): string | null {
  if (!(rule.written ?? rule.matches).every(isSayable) || !rule.targets.every(isSayableTarget)) return null;
  return printNftRule(rule).replace(/counter packets \d+ bytes \d+/, 'counter');
}

function isSayable(match: Match): boolean {
  return match.kind !== 'comment' && (freeTexts(match)?.every((name) => !/["\\*]/.test(name)) ?? false);
}

function isSayableTarget(target: Target): boolean {
  if (goes(target, 'calls')) return isPlainName(target.chain);
  return target.kind === 'ct' || target.kind === 'reject' || freeTextsOfTarget(target)?.length === 0;
}
