import type { DifferentClass } from '../../evaluate/compare.ts';
import type { Context } from '../../expect/context.ts';
import { type Releases, releaseOf, releasesInWords } from '../../model/releases.ts';
import type { Difference } from '../../model/report.ts';
import type { RuleReference } from '../../model/ruleset.ts';
import { quoted } from '../../rules/quote.ts';
import { toldOf } from '../behind/told.ts';
import type { TrafficCode } from '../catalogue/index.ts';
import { type Found, finding } from '../finding.ts';
import { likelyCause } from '../remedy/classify.ts';
import { type Cause, type Group, intrudersOf, missingOf } from './cause.ts';
import { dormantTable } from './dormant.ts';
import { evidenceOf } from './evidence.ts';
import { guestsOfPrograms } from './guests.ts';
import { isLimitedBlock } from './limited.ts';
import { editsFor } from './mending.ts';
import { droppingChains } from './policies.ts';
import { contrastInWords, packetsInWords } from './words.ts';

/**
 * The finding for a group of differences: what happens, to which packets, by which rule, and the way out. `groups` are
 * all that findings are made of.
 */
export function describeGroup(group: Group, context: Context, groups: readonly Group[] = [group]): Found<TrafficCode> {
  const { code, causes } = group;
  const [first] = causes;
  if (context.older !== null) return olderLayout(causes, context.older, context);
  const { family } = first.class;
  const both = causes.some((cause) => cause.class.family !== family);
  const limited = causes.every((cause) => isLimitedBlock(cause, context));
  const [guest, ...guests] = guestsOfPrograms(causes, context);
  const behind = guest && toldOf([guest, ...guests], context);
  return finding(code, {
    message: `${happens(first.class)}${more(causes.length - 1)}. ${leftBy(group, context)}${code === 'NAT0105' ? NOTHING_LEFT : blame(causes, context, isLeft(group))}${limited ? LIMITED : ''}${behind ? ` ${behind.message}` : ''}`,
    ...(isLeft(group) ? { severity: 'error' as const } : {}),
    ...(limited ? { severity: 'warning' as const } : {}),
    ...(both ? {} : { family }),
    evidence: [...evidenceOf(causes, context), ...(behind?.evidence ?? [])],
    ...(behind && { advice: behind.advice }),
    likely: likelyCause(group, context),
    differences: causes.map(differenceOf),
    edits: editsFor(group, context, groups),
  });
}

/** The same rules would be right for an older release: one warning that says what behaves differently. */
export function olderLayout(causes: readonly Cause[], older: Releases, { config }: Context): Found<'NAT0112'> {
  const effects = causes.map((cause) => `${happens(cause.class)}.`).join(' ');
  return finding('NAT0112', {
    message: `The rules are exactly the layout of Istio ${releasesInWords(older)}, not that of ${config.istioVersion}. ${effects || 'Every packet is treated the same.'}`,
    differences: causes.map(differenceOf),
    likely: { kind: 'other-release', left: false, release: releasesInWords(older) },
  });
}

/** No single rule is to blame. */
const NOTHING_LEFT = 'None of its rules is there.';
const LIMITED = ' Only what is named there is blocked, and nothing shows that this pod meets any of it.';

function happens(different: DifferentClass): string {
  const { live, expected } = different;
  const [now, then] = contrastInWords(live.verdict, expected.verdict);
  return `${packetsInWords(different)} ${now}; with Istio's rules it ${then}`;
}

function more(count: number): string {
  if (count === 0) return '';
  return count === 1 ? ' (and one more class of packets)' : ` (and ${count} more classes of packets)`;
}

/** Leftovers decide what becomes of packets; a whole layout of another release is right as it is. */
function isLeft({ input }: Group): boolean {
  return input?.keys.includes('istioVersion') ?? false;
}

function leftBy(group: Group, context: Context): string {
  if (!isLeft(group)) return '';
  const count = group.input?.stray.length ?? 0;
  return `${count} rules that Istio ${group.input?.config.istioVersion} writes here were left beside those of ${releaseOf(context)}. `;
}

function blame(causes: Group['causes'], context: Context, isLeftover: boolean): string {
  const whose = isLeftover ? `of Istio ${releaseOf(context)}` : "Istio's";
  const [cause] = causes;
  const { intruder, missing, order } = cause;
  if (intruder) return `The rule that decides is not ${whose}${alike(causes)}.`;
  if (missing) return `A rule of Istio's is missing in ${missing.table.name} ${missing.chain.name}${alike(causes)}.`;
  const dormant = dormantTable(cause, context.pod.ruleset);
  if (dormant) return `The table ${dormant.name} is switched off (flags dormant): none of its rules is evaluated.`;
  if (order?.early) return `Every rule is there, in the wrong order; ${placeOf(order.early)} comes too early.`;
  const dropping = causes.flatMap((one) => droppingChains(one, context.pod.ruleset));
  const chains = new Set(dropping.map(({ table, chain }) => `${table.name} ${chain.name}`));
  if (chains.size > 0) return `No rule decides: the policy of ${[...chains].join(' and of ')} is DROP.`;
  return 'No rule decides; the policy of the chain applies.';
}

/** How many other rules are guilty of the same. */
function alike(causes: readonly Cause[]): string {
  const all = causes.flatMap((cause) => (cause.intruder ? intrudersOf(cause) : missingOf(cause)));
  const guilty = new Set(all.map(({ rule }) => rule));
  if (guilty.size < 2) return '';
  return guilty.size === 2 ? ', and one more like it' : `, and ${guilty.size - 1} more like it`;
}

function placeOf({ table, chain, rule }: RuleReference): string {
  return `${table.name} ${chain.name} rule ${rule.index}`;
}

/** The difference as reports show it; the rules are the guilty ones where these are known. */
function differenceOf({ class: different, intruder, missing, order }: Cause): Difference {
  const liveRule = intruder ?? order?.early ?? different.live.decidedBy;
  return differenceBy(different, liveRule, missing ?? order?.late ?? different.expected.decidedBy);
}

/** A class of packets as reports show it, with the rule of each side that makes it; null: none does. */
export function differenceBy(
  { family, hook, packets, witness, live, expected }: DifferentClass,
  liveRule: RuleReference | null,
  expectedRule: RuleReference | null,
): Difference {
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
