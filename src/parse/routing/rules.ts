import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Family } from '../../model/family.ts';
import type { RoutingRule } from '../../model/routing.ts';
import { type Line, linesOf } from '../lines.ts';
import { Told } from '../told.ts';
import { complaint, type RoutingInput, wordAfter } from './lines.ts';

/** Rules of a text, and what in it was not understood. */
export interface ParsedRules {
  readonly rules: readonly RoutingRule[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What a rule does instead of looking into a table, as `ip rule` prints it. */
const ACTIONS = ['blackhole', 'unreachable', 'prohibit', 'nop', 'goto'] as const;

/** The policy routing rules that `ip rule show` of one family prints, in its order. Never throws. */
export function parseIpRules(text: string, family: Family, input: RoutingInput): ParsedRules {
  const rules: RoutingRule[] = [];
  const told = new Told();
  for (const line of linesOf(text)) {
    const rule = parseRule(line.text, family);
    if (rule === null) told.add(complaint(input, line, 'this is not a line of ip rule'));
    else rules.push(rule);
    const note = rule === null ? null : negationNote(input, line);
    if (note !== null) told.add(note);
  }
  return { rules, diagnostics: told.list };
}

/** `32764:	from all fwmark 0x111/0xfff lookup 100`. */
function parseRule(text: string, family: Family): RoutingRule | null {
  const [, digits, selector] = /^\s*(\d{1,10}):\s+(\S.*)$/.exec(text) ?? [];
  if (digits === undefined || selector === undefined) return null;
  const words = selector.split(/\s+/);
  const table = wordAfter(words, 'lookup') ?? ACTIONS.find((action) => words.includes(action));
  const mark = words[0] === 'not' ? null : parseMark(wordAfter(words, 'fwmark'));
  if (table === undefined || mark === undefined) return null;
  const found = { family, priority: Number(digits), table, text: text.trim().replace(/\s+/g, ' ') };
  return mark === null ? found : { ...found, mark };
}

/** Null: the rule has no mark. Undefined: it has one that is no number. Without a mask all bits count. */
function parseMark(text: string | null): RoutingRule['mark'] | null {
  if (text === null) return null;
  const [value, mask, more] = text.split('/').map(parseNumber);
  if (value === undefined || value === null || mask === null || more !== undefined) return undefined;
  return { value, mask: mask ?? 0xffffffff };
}

function parseNumber(text: string): number | null {
  const value = /^(0x[0-9a-fA-F]{1,8}|\d{1,10})$/.test(text) ? Number(text) : Number.NaN;
  return value <= 0xffffffff ? value : null;
}

/** `not fwmark …` holds for all other packets, which the model has no word for: the rule stays, its mark does not. */
function negationNote(input: RoutingInput, line: Line): Diagnostic | null {
  if (!/:\s+not\s/.test(line.text)) return null;
  return { ...complaint(input, line, 'the condition of this rule is negated and was left out'), severity: 'note' };
}
