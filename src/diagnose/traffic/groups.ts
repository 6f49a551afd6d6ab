import type { Context } from '../../expect/context.ts';
import { hasIstioChains } from '../../istio/chains.ts';
import { signsOfEnrolment } from '../../istio/enrolment.ts';
import { groupBy } from '../../model/group-by.ts';
import { isCovered } from '../../model/pod.ts';
import { remembered } from '../../model/remembered.ts';
import { isListener } from '../../model/socket.ts';
import { ENTRIES, type TrafficCode } from '../catalogue/index.ts';
import type { Found } from '../finding.ts';
import { isFree } from '../free.ts';
import { type Cause, causeOf, type Group } from './cause.ts';
import { nameOf } from './code.ts';
import { describeGroup } from './describe.ts';
import { isHarmless } from './harmless.ts';
import { mostOrdinaryFirst } from './ordinary.ts';
import { droppingChains } from './policies.ts';
import { structuralCode } from './structure.ts';
import { codeAmong } from './surroundings-code.ts';

/** The findings that explain all differences in what happens to packets, one for each cause. */
export const trafficFindings = remembered((context: Context): readonly Found<TrafficCode>[] =>
  isOutsideMesh(context) ? [] : groupCauses(context).map((group, _, groups) => describeGroup(group, context, groups)),
);

/** Those of them that have one of the codes. */
export function trafficFindingsOf<C extends TrafficCode>(codes: readonly C[], context: Context): Found<C>[] {
  const wanted: ReadonlySet<TrafficCode> = new Set(codes);
  return trafficFindings(context).filter((found): found is Found<C> => wanted.has(found.code));
}

/** One group for each guilty rule, named by its most ordinary packets; then one for each fault of the whole layout. */
function groupCauses(context: Context): Group[] {
  const byRule = groupBy(causesOf(context), (cause) => `${scopeOf(cause, context)} ${guiltyKey(cause, context)}`);
  const named = byRule.map((causes) => ({ code: codeOf(causes, context), causes }));
  const byFault = groupBy(named, (group) =>
    ENTRIES[group.code].traffic.scope === 'whole' ? `${group.code} ${scopeOf(group.causes[0], context)}` : group,
  );
  return byFault.flatMap((groups) => {
    const [first, ...rest] = mostOrdinaryFirst(groups.flatMap(({ causes }) => causes));
    return first ? [{ code: groups[0].code, causes: [first, ...rest] as const }] : [];
  });
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

function guiltyKey(cause: Cause, { layout, pod }: Context): string {
  const { intruder, missing, order } = cause;
  const where = intruder ?? missing ?? order?.late ?? null;
  if (where === null) {
    const chains = droppingChains(cause, pod.ruleset).map(({ table, chain }) => `${table.name} ${chain.name}`);
    return `policy ${chains.join(' ')}`;
  }
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
