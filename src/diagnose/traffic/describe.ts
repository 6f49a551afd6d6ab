import type { DifferentClass } from '../../evaluate/compare.ts';
import type { RuleReference } from '../../model/ruleset.ts';
import { finding } from '../check.ts';
import type { Context } from '../context.ts';
import { deleteCommand, insertCommand, missingEvidence, quoted, ruleEvidence } from '../quote.ts';
import type { Difference, Evidence, Finding } from '../report.ts';
import type { Cause, Group } from './cause.ts';
import { packetsInWords, verdictInWords } from './words.ts';

/** The finding for a group of differences: what happens, to which packets, by which rule, and the way out. */
export function describeGroup({ code, causes }: Group, context: Context): Finding {
  const [first] = causes;
  if (context.older !== null) return olderLayout(causes, context.older, context);
  const { family } = first.class;
  return finding(code, {
    message: `${happens(first.class)}${more(causes.length - 1)}. ${blame(first)}`,
    family,
    evidence: unique(causes.flatMap((cause) => evidenceOf(cause, context))),
    differences: causes.map((cause) => differenceOf(cause)),
    command: commandFor(code, first, context),
  });
}

/** The same rules would be right for an older release: one warning that says what behaves differently. */
export function olderLayout(
  causes: readonly Cause[],
  [from, to]: readonly [string, string],
  { config }: Context,
): Finding {
  const releases = from === to ? from : `${from} – ${to}`;
  const effects = causes.map((cause) => `${happens(cause.class)}.`).join(' ');
  return finding('NAT0112', {
    message: `The rules are exactly the layout of Istio ${releases}, not that of ${config.istioVersion}. ${effects || 'Every packet is treated the same.'}`,
    differences: causes.map(differenceOf),
  });
}

function happens(different: DifferentClass): string {
  const { live, expected } = different;
  const text = `${packetsInWords(different)} ${verdictInWords(live.verdict)}; with Istio's rules it ${verdictInWords(expected.verdict)}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function more(count: number): string {
  if (count === 0) return '';
  return count === 1 ? ' (and one more class of packets)' : ` (and ${count} more classes of packets)`;
}

function blame({ intruder, missing, class: { live } }: Cause): string {
  if (intruder) return `The rule that decides is not Istio's: ${placeOf(intruder)}: ${quoted(intruder).text}`;
  if (missing)
    return `This rule of Istio's is missing in ${missing.table.name} ${missing.chain.name}: ${quoted(missing).text}`;
  if (live.decidedBy)
    return `Every rule is there, in the wrong order; ${placeOf(live.decidedBy)} decides too early: ${quoted(live.decidedBy).text}`;
  return 'No rule decides; the policy of the chain holds.';
}

function placeOf({ table, chain, rule }: RuleReference): string {
  return `${table.name} ${chain.name} rule ${rule.index}`;
}

function evidenceOf({ intruder, missing, class: { live } }: Cause, context: Context): Evidence[] {
  const evidence: Evidence[] = [];
  if (live.verdict.kind === 'drop' && live.decidedBy === null) return droppingPolicies(context);
  if (intruder) evidence.push(ruleEvidence(intruder));
  else if (live.decidedBy) evidence.push(ruleEvidence(live.decidedBy));
  if (missing && !intruder) evidence.push(missingEvidence(missing));
  return evidence;
}

/** The built-in chains that drop what no rule lets by, as `iptables -S` prints them. */
function droppingPolicies({ pod }: Context): Evidence[] {
  return pod.ruleset.tables.flatMap((table) =>
    table.chains.flatMap((chain): Evidence[] =>
      chain.base?.policy === 'drop'
        ? [{ kind: 'chain', table: table.name, chain: chain.name, text: `-P ${chain.name} DROP` }]
        : [],
    ),
  );
}

function unique(evidence: readonly Evidence[]): Evidence[] {
  return [...new Map(evidence.map((item) => [JSON.stringify(item), item])).values()];
}

/** The difference as reports show it; the rules are the guilty ones where these are known. */
function differenceOf({ class: different, intruder, missing }: Cause): Difference {
  const { family, hook, packets, witness, live, expected } = different;
  const liveRule = intruder ?? live.decidedBy;
  const expectedRule = missing ?? expected.decidedBy;
  return {
    family,
    hook,
    packets,
    witness,
    live: live.verdict,
    expected: expected.verdict,
    liveRule: liveRule && quoted(liveRule),
    expectedRule: expectedRule && quoted(expectedRule),
  };
}

const REPROGRAM: ReadonlySet<string> = new Set(['NAT0105', 'NAT0106', 'NAT0107', 'NAT0112', 'NAT0601', 'NAT0602']);

/** A command for one rule; a layout that is broken as a whole is programmed anew by restarting the pod. */
function commandFor(code: string, { intruder, missing, class: { family, live } }: Cause, context: Context): string {
  if (REPROGRAM.has(code)) return '';
  if (intruder) return deleteCommand(intruder, family);
  if (!missing) return '';
  const holder = live.steps[0]?.where.table ?? context.pod.ruleset.tables.find((table) => table.family === family);
  return insertCommand(missing, family, holder);
}
