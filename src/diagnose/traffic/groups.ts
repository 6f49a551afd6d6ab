import { coversFamily, findChain, type RuleReference, type Table } from '../../model/ruleset.ts';
import { isListener } from '../../model/socket.ts';
import { type Context, istioTables } from '../context.ts';
import type { Finding } from '../report.ts';
import { type Cause, causeOf, type Group } from './cause.ts';
import { describeGroup } from './describe.ts';
import { isGuardrail } from './guardrails.ts';
import { nameOf } from './name.ts';

const known = new WeakMap<Context, readonly Finding[]>();

/** The findings that explain all differences in what happens to packets, one for each cause. */
export function trafficFindings(context: Context): readonly Finding[] {
  if (isOutsideMesh(context)) return [];
  const cached = known.get(context);
  if (cached) return cached;
  const findings = groupCauses(context).map((group) => describeGroup(group, context));
  known.set(context, findings);
  return findings;
}

function groupCauses(context: Context): Group[] {
  const groups = new Map<string, [Cause, ...Cause[]]>();
  const codes = new Map<string, string>();
  for (const different of context.different) {
    const cause = causeOf(different, context.layout);
    const code = structuralCode(cause, context) ?? nameOf(cause, context);
    const key = `${code} ${different.family} ${guiltyKey(code, cause)}`;
    const group = groups.get(key);
    if (group) group.push(cause);
    else groups.set(key, [cause]);
    codes.set(key, code);
  }
  return [...groups].map(([key, causes]) => ({ code: codes.get(key) ?? '', causes }));
}

/** Faults that are one thing for the whole pod or family, whatever rules they take away or add. */
const WHOLE: ReadonlySet<string> = new Set([
  'NAT0105',
  'NAT0106',
  'NAT0107',
  'NAT0111',
  'NAT0112',
  'NAT0301',
  'NAT0601',
  'NAT0602',
]);

function guiltyKey(code: string, { intruder, missing }: Cause): string {
  if (WHOLE.has(code)) return '';
  const where = intruder ?? missing;
  return where === null ? '' : `${where.table.name} ${where.chain.name} ${where.rule.index} ${intruder !== null}`;
}

/** The codes for a layout that is missing as a whole or in large part, and for the guardrails in front of it. */
function structuralCode(cause: Cause, context: Context): string | null {
  if (context.older !== null) return 'NAT0112';
  const live = istioTables(context.pod.ruleset);
  if (cause.intruder && isGuardrail(cause.intruder)) return 'NAT0111';
  if (live.length === 0 && cause.intruder === null) return 'NAT0105';
  const { family } = cause.class;
  if (family === 'ipv6' && !context.config.enableIpv6) return 'NAT0602';
  if (family === 'ipv6' && cause.intruder === null && !live.some((table) => coversFamily(table, 'ipv6')))
    return 'NAT0601';
  return cause.missing !== null && isPartial(cause.missing, context) ? 'NAT0106' : null;
}

/** Whether the chain of a missing rule, or the one it jumps to, does not exist in the pod. */
function isPartial(missing: RuleReference, { pod }: Context): boolean {
  const tables = pod.ruleset.tables.filter(
    ({ family, name }) => family === missing.table.family && name === missing.table.name,
  );
  if (tables.length === 0) return true;
  return chainsOf(missing).some((name) => !tables.some((table: Table) => findChain(table, name)));
}

function chainsOf({ chain, rule }: RuleReference): string[] {
  const jumps = rule.targets.flatMap((target) =>
    target.kind === 'jump' || target.kind === 'goto' ? [target.chain] : [],
  );
  return [chain.name, ...jumps];
}

/** No rule of Istio's, and nothing that says there should be some: not for us to call that a fault. */
export function isOutsideMesh({ declared, pod, config }: Context): boolean {
  if (declared || istioTables(pod.ruleset).length > 0) return false;
  const ports = [config.proxyPort, config.inboundCapturePort];
  return !(pod.sockets ?? []).some((socket) => isListener(socket) && ports.includes(socket.localPort));
}
