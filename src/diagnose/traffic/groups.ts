import type { Context } from '../../expect/context.ts';
import { hasIstioChains } from '../../istio/chains.ts';
import { signsOfEnrolment } from '../../istio/enrolment.ts';
import { isMixture, planesOf } from '../../istio/planes.ts';
import { groupBy } from '../../model/group-by.ts';
import { isCovered } from '../../model/pod.ts';
import { remembered } from '../../model/remembered.ts';
import { isListener } from '../../model/socket.ts';
import type { CapturedGuests } from '../behind/captured.ts';
import { ENTRIES, type TrafficCode } from '../catalogue/index.ts';
import type { Found } from '../finding.ts';
import { isFree } from '../free.ts';
import { type Cause, causeOf, type Group } from './cause.ts';
import { nameOf } from './code.ts';
import { describeGroup } from './describe.ts';
import { guestsOfPrograms } from './guests.ts';
import { isHarmless } from './harmless.ts';
import { codeOfInput, inputFaults } from './inputs.ts';
import { leftovers } from './leftovers.ts';
import { mostOrdinaryFirst } from './ordinary.ts';
import { droppingChains } from './policies.ts';
import { programOf } from './programs.ts';
import { structuralCode } from './structure.ts';
import { codeAmong } from './surroundings-code.ts';

/** The findings that explain all differences in what happens to packets, one for each cause. */
export const trafficFindings = remembered((context: Context): readonly Found<TrafficCode>[] =>
  groupsOf(context).map((group, _, groups) => describeGroup(group, context, groups)),
);

/** The captured guests that these findings tell of. */
export function guestsTold(context: Context): ReadonlySet<CapturedGuests> {
  return new Set(groupsOf(context).flatMap(({ causes }) => guestsOfPrograms(causes, context)));
}

const groupsOf = remembered((context: Context): readonly Group[] =>
  isOutsideMesh(context) ? [] : groupCauses(context),
);

/** Those of them that have one of the codes. */
export function trafficFindingsOf<C extends TrafficCode>(codes: readonly C[], context: Context): Found<C>[] {
  const wanted: ReadonlySet<TrafficCode> = new Set(codes);
  return trafficFindings(context).filter((found): found is Found<C> => wanted.has(found.code));
}

/** One group for each guilty rule, or setting that takes several; then one for each fault of the whole layout. */
function groupCauses(context: Context): Group[] {
  const causes = causesOf(context);
  const byRule = byGuilt(causes, context);
  const bySetting = byRule.length > 1 && isOneLayout(context) ? settledIn(causes, context) : [];
  const settled = new Set(bySetting.flatMap((group) => group.causes));
  const rest = causes.filter((cause) => !settled.has(cause));
  const named = [...bySetting, ...(settled.size > 0 ? byGuilt(rest, context) : byRule)];
  const byFault = groupBy(named, (group) => (ENTRIES[group.code].traffic.scope === 'whole' ? group.code : group));
  return byFault.flatMap((groups) => {
    const [first, ...others] = mostOrdinaryFirst(groups.flatMap((group) => group.causes));
    return first ? [{ ...groups[0], causes: [first, ...others] as const }] : [];
  });
}

function byGuilt(causes: readonly Cause[], context: Context): Group[] {
  return groupBy(causes, (cause) => guiltyKey(cause, context)).map((group) => ({
    code: codeOf(group, context),
    causes: group,
  }));
}

/** What another release left, or settings that did not take effect. */
function settledIn(causes: readonly Cause[], context: Context): Group[] {
  const left = leftovers(causes, context);
  const [first, ...others] = left?.causes ?? [];
  if (left === null || first === undefined) return settingsIn(causes, context);
  return [{ code: 'NAT0112', causes: [first, ...others], input: left }];
}

function settingsIn(all: readonly Cause[], context: Context): Group[] {
  return inputFaults(all, context).flatMap((input) => {
    const [first, ...others] = input.causes;
    if (first === undefined) return [];
    const causes = [first, ...others] as const;
    const among = causes.map((cause) => codeOf([cause], context));
    return [{ code: codeOfInput(input, among) ?? codeOf(causes, context), causes, input }];
  });
}

/** Whether there is one set of Istio's rules, of the data plane and release that are meant. */
function isOneLayout({ pod, older, config }: Context): boolean {
  return older === null && !isMixture(pod.ruleset) && planesOf(pod.ruleset).has(config.dataplane);
}

function causesOf(context: Context): Cause[] {
  const { pod, layout } = context;
  const expected = { tables: context.expected.tables.filter((table) => isCovered(pod, table)) };
  const sides = { live: pod.ruleset, expected, layout };
  return context.different
    .map((different) => causeOf(different, sides))
    .filter((cause) => context.older !== null || !isHarmless(cause, context));
}

function codeOf(causes: readonly [Cause, ...Cause[]], context: Context): TrafficCode {
  const [leading = causes[0]] = mostOrdinaryFirst(causes);
  return codeAmong(leading, context, () => structuralCode(leading, context) ?? nameOf(leading, context));
}

/** The families that a fault concerns: a rule of an inet table, or the policy of its chain, does both at once. */
function scopeOf(cause: Cause, { pod }: Context): string {
  const { intruder, missing, order, class: different } = cause;
  const where = intruder ?? missing ?? order?.late ?? droppingChains(cause, pod.ruleset)[0];
  return where?.table.family ?? different.family;
}

/** What the causes of one finding have in common: the program that wrote a rule, the rule, or the chain that lost its rules. */
function guiltyKey(cause: Cause, context: Context): string {
  const program = cause.intruder && programOf(cause.intruder, context.pod.ruleset);
  return program === null ? `${scopeOf(cause, context)} ${ruleKeyOf(cause, context)}` : `program ${program}`;
}

function ruleKeyOf({ intruder, missing, order }: Cause, { layout }: Context): string {
  const where = intruder ?? missing ?? order?.late ?? null;
  // Who lets through only what rules allow sets the policy of several chains.
  if (where === null) return 'policy';
  if (where !== intruder && layout.isFlushed(where.table, where.chain))
    return `flushed ${where.table.name} ${where.chain.name}`;
  return `${where.table.backend} ${where.table.name} ${where.chain.name} ${where.rule.index} ${intruder !== null}`;
}

/** No rule of Istio's, and nothing says that there should be some: not for us to call a fault. */
export function isOutsideMesh(context: Context): boolean {
  const { declared, pod, config, said } = context;
  if (isFree(context)) return true;
  if (declared || hasIstioChains(pod.ruleset) || signsOfEnrolment(pod, said).length > 0) return false;
  const ports = [config.proxyPort, config.inboundCapturePort];
  return !(pod.sockets ?? []).some((socket) => isListener(socket) && ports.includes(socket.localPort));
}
