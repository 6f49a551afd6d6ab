import { LIMITS, TooComplex } from '../evaluate/symbolic/limits.ts';
import { checkTime } from '../evaluate/symbolic/time.ts';
import type { Context } from '../expect/context.ts';
import type { FindingCode } from '../model/code.ts';
import type { CheckOutcome, Undetermined } from '../model/report.ts';
import type { TrafficCode } from './catalogue/index.ts';
import type { Found } from './finding.ts';
import { trafficFindingsOf } from './traffic/groups.ts';

/** One thing that `check` looks at. */
export interface Check<C extends FindingCode = FindingCode, T extends TrafficCode = TrafficCode> {
  /** Kebab case, stable. */
  readonly id: string;
  /** What it makes sure of, as the report says it when it passes. */
  readonly description: string;
  /** The codes it can raise: it cannot be written to raise another. */
  readonly codes: readonly C[];
  /** The codes of differences in traffic that it tells, and is handed the findings of. No other check need. */
  readonly traffic: readonly T[];
  /** Whether it has an answer where the rules could not be read: from what the sockets prove. */
  readonly withoutRules: boolean;
  /** Whether it asks how Istio's rules are: where they are gone it passes, and that says nothing. */
  readonly ofLayout: boolean;
  readonly run: (context: Context) => CheckResult<C>;
}

/** What a check found, or why it did not look. */
export type CheckResult<C extends FindingCode = FindingCode> = readonly Found<C>[] | Unanswered;

/** `open`: what the check could not tell, and how somebody can; without it the check was given up. */
type Unanswered =
  | { readonly skipped: string }
  | { readonly undetermined: string; readonly open?: readonly Undetermined[] };

/** What a check came to. */
export interface Checked {
  readonly outcome: CheckOutcome;
  readonly findings: readonly Found[];
  readonly open: readonly Undetermined[];
}

/** That something is not seen here, and what would show it. */
export function unseen(undetermined: string, remedy: string): Unanswered {
  return { undetermined, open: [{ code: 'NAT1004', message: undetermined, remedy }] };
}

/** A check as it is written; what it does not say of traffic and rules it has nothing to do with. */
interface Definition<C extends FindingCode, T extends TrafficCode>
  extends Pick<Check<C, T>, 'id' | 'description' | 'codes'>,
    Partial<Pick<Check<C, T>, 'traffic' | 'withoutRules' | 'ofLayout'>> {
  /** `told`: the findings of its codes of traffic. */
  readonly run: (context: Context, told: () => readonly Found<T>[]) => CheckResult<NoInfer<C>>;
}

/** A check, with its codes for a type. */
export function defineCheck<const C extends FindingCode, const T extends TrafficCode = never>({
  traffic = [],
  withoutRules = false,
  ofLayout = false,
  run,
  ...rest
}: Definition<C, T>): Check<C, T> {
  return {
    ...rest,
    traffic,
    withoutRules,
    ofLayout,
    run: (context) => run(context, () => trafficFindingsOf(traffic, context)),
  };
}

/** Runs a check; a finding of severity info does not fail it. */
export function runCheck(check: Check, context: Context): Checked {
  const result = withinReach(check, context);
  if ('skipped' in result) return { outcome: outcome(check, 'skipped', result.skipped), findings: [], open: [] };
  if ('undetermined' in result) {
    const { undetermined: reason, open = [givenUp(check, reason)] } = result;
    return { outcome: outcome(check, 'undetermined', reason), findings: [], open };
  }
  const failing = result.filter(({ severity }) => severity !== 'info');
  const codes = [...new Set(failing.map(({ code }) => code))].join(', ');
  const how = failing.length > 0 ? outcome(check, 'fail', codes) : outcome(check, 'pass', check.description);
  return { outcome: how, findings: result, open: [] };
}

/** A check that had to be given up might have found something. */
function givenUp({ id }: Check, reason: string): Undetermined {
  return {
    code: 'NAT1004',
    message: `The check ${id} was given up: ${reason}`,
    remedy:
      'Give only the table that matters (iptables-save -t nat) with --rules, or ask about single packets with trace.',
  };
}

/** Rules can be so many that a check has no time left, or loses it on the way. */
function withinReach(check: Check, context: Context): CheckResult {
  try {
    checkTime(LIMITS.tellingSeconds);
    return check.run(context);
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    return { undetermined: error.message };
  }
}

function outcome(check: Check, how: CheckOutcome['outcome'], reason: string): CheckOutcome {
  return { id: check.id, outcome: how, reason };
}
