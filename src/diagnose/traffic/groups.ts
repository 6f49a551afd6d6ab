import type { Context } from '../../expect/context.ts';
import { hasIstioChains } from '../../istio/chains.ts';
import { signsOfEnrolment } from '../../istio/enrolment.ts';
import { isCovered } from '../../model/pod.ts';
import { isListener } from '../../model/socket.ts';
import type { Found } from '../check.ts';
import { isFree } from '../free.ts';
import { type Cause, causeOf, type Group } from './cause.ts';
import { nameOf } from './code.ts';
import { describeGroup } from './describe.ts';
import { isHarmless } from './harmless.ts';
import { mostOrdinaryFirst } from './ordinary.ts';
import { droppingChains } from './policies.ts';
import { structuralCode } from './structure.ts';
import { codeAmong, isWholeFault } from './surroundings-code.ts';

const known = new WeakMap<Context, readonly Found[]>();

/** The findings that explain all differences in what happens to packets, one for each cause. */
export function trafficFindings(context: Context): readonly Found[] {
  if (isOutsideMesh(context)) return [];
  const cached = known.get(context);
  if (cached) return cached;
  const findings = groupCauses(context).map((group, _, groups) => describeGroup(group, context, groups));
  known.set(context, findings);
  return findings;
}

/** One group for each guilty rule, named by its most ordinary packets; then one for each fault of the whole layout. */
function groupCauses(context: Context): Group[] {
  const byRule = new Map<string, Cause[]>();
  for (const cause of causesOf(context)) {
    const key = `${scopeOf(cause, context)} ${guiltyKey(cause, context)}`;
    const same = byRule.get(key);
    if (same) same.push(cause);
    else byRule.set(key, [cause]);
  }
  const byFault = new Map<string, { code: string; causes: Cause[] }>();
  for (const [key, causes] of byRule) {
    const code = codeOf(causes, context);
    const whole = WHOLE.has(code) || isWholeFault(code);
    const fault = whole && causes[0] ? `${code} ${scopeOf(causes[0], context)}` : key;
    const known = byFault.get(fault);
    if (known) for (const cause of causes) known.causes.push(cause);
    else byFault.set(fault, { code, causes: [...causes] });
  }
  return [...byFault.values()].flatMap(({ code, causes }) => {
    const [first, ...rest] = mostOrdinaryFirst(causes);
    return first ? [{ code, causes: [first, ...rest] as const }] : [];
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

function codeOf(causes: readonly Cause[], context: Context): string {
  const [leading] = mostOrdinaryFirst(causes);
  if (!leading) return '';
  return codeAmong(leading, context, () => structuralCode(leading, context) ?? nameOf(leading, context));
}

/** Faults that are one thing for the whole pod or family, whatever rules they take away or add. */
const WHOLE: ReadonlySet<string> = new Set([
  'NAT0103',
  'NAT0105',
  'NAT0106',
  'NAT0107',
  'NAT0111',
  'NAT0112',
  // One annotation that did not take effect, or should not have, is many rules.
  'NAT0201',
  'NAT0202',
  'NAT0203',
  'NAT0204',
  'NAT0205',
  'NAT0206',
  'NAT0301',
  'NAT0401',
  'NAT0402',
  'NAT0406',
  'NAT0501',
  'NAT0601',
  'NAT0602',
]);

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
