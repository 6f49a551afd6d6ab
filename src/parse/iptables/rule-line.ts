import type { Family } from '../../model/family.ts';
import type { Match } from '../../model/match.ts';
import type { Counters, Rule } from '../../model/ruleset.ts';
import type { Target } from '../../model/target.ts';
import type { Line } from './diagnostics.ts';
import type { DraftTable } from './draft-table.ts';
import type { Reader } from './reader.ts';
import { type ReadRule, readRule } from './rule.ts';

/** The words of a rule line are split; its options begin at word `first`, and it goes to `index` of its chain. */
export interface RuleLine {
  readonly line: Line;
  readonly chain: string;
  readonly first: number;
  readonly index: number;
  readonly counters?: Counters | undefined;
}

/**
 * Reads the rule that the cursor's words hold. One that cannot be read keeps its place as a rule of which nothing is
 * known, so that the positions of those after it stay true; the diagnostic is an error.
 */
export function readRuleLine(reader: Reader, table: DraftTable, rule: RuleLine): readonly Rule[] {
  const { cursor } = reader;
  cursor.family = table.family;
  const read = readRule(cursor, rule.first);
  table.family = cursor.family ?? familyHint(read);
  for (const { severity, message, at } of cursor.problems) {
    reader.diagnostics.addLocated(severity, message, rule.line, at);
  }
  const origin = { source: reader.options.source, line: rule.line.number };
  if (read === null) return [unreadable(reader, rule, origin)];
  const { draft } = read;
  const counters = draft.counters ?? rule.counters;
  const text = ruleText(reader, rule, draft.countersAt);
  const { index } = rule;
  const { targets } = draft;
  const withMatches = (matches: readonly Match[]): Rule =>
    counters === undefined
      ? { index, matches, targets, origin, text }
      : { index, matches, targets, counters, origin, text };
  const only = read.alternatives.length === 1 ? read.alternatives[0] : undefined;
  return only === undefined ? read.alternatives.map(withMatches) : [withMatches(only)];
}

/** A rule that could not be read, as one that may do anything. */
function unreadable(reader: Reader, rule: RuleLine, origin: Rule['origin']): Rule {
  const { text, words } = reader.cursor;
  const end = words.end();
  const raw = text.slice(words.start(rule.first), end);
  return {
    index: rule.index,
    matches: [],
    targets: [{ kind: 'unknown', raw }],
    origin,
    text: `-A ${rule.chain} ${raw}`,
  };
}

/** The rule as it was written, counters left out. */
function ruleText(reader: Reader, rule: RuleLine, countersAt: readonly [number, number] | null): string {
  const { text, words } = reader.cursor;
  const start = words.start(rule.first - 2);
  const end = words.end();
  if (countersAt === null && words.at(rule.first - 2) === '-A' && words.start(rule.first - 1) === start + 3) {
    return text.slice(start, end);
  }
  const from = words.start(rule.first);
  if (countersAt === null) return `-A ${rule.chain} ${text.slice(from, end)}`.trimEnd();
  const [before, behind] = [text.slice(from, countersAt[0]).trim(), text.slice(countersAt[1], end).trim()];
  return [`-A ${rule.chain}`, before, behind].filter((part) => part !== '').join(' ');
}

/** Targets and modules that exist in one family only. */
function familyHint(read: ReadRule | null): Family | null {
  if (read === null) return null;
  const { draft, alternatives } = read;
  for (const target of draft.targets) {
    const family = familyOfTarget(target);
    if (family !== null) return family;
  }
  return familyOfMatches(alternatives[0] ?? []);
}

function familyOfTarget(target: Target): Family | null {
  switch (target.kind) {
    case 'dnat':
    case 'snat':
      return target.address?.family ?? null;
    case 'tproxy':
      return target.address !== 0n || target.family === 'ipv6' ? target.family : null;
    case 'reject':
      return target.with?.startsWith('icmp6-') ? 'ipv6' : target.with?.startsWith('icmp-') ? 'ipv4' : null;
    default:
      return null;
  }
}

const MODULES_OF_ONE_FAMILY: Readonly<Record<string, Family>> = {
  icmp6: 'ipv6',
  hl: 'ipv6',
  icmp: 'ipv4',
  ttl: 'ipv4',
};

function familyOfMatches(matches: readonly Match[]): Family | null {
  for (const match of matches) {
    if (match.kind === 'opaque' && Object.hasOwn(MODULES_OF_ONE_FAMILY, match.module)) {
      return MODULES_OF_ONE_FAMILY[match.module] ?? null;
    }
    if (match.kind === 'iprange')
      return ((match.source ?? match.destination)?.value.to ?? 0n) > 0xffffffffn ? 'ipv6' : 'ipv4';
  }
  return null;
}
