import type { Context } from '../expect/context.ts';
import { istioTables } from '../istio/chains.ts';
import type { FindingCode } from '../model/code.ts';
import type { CheckOutcome, CheckReport, Severity, Undetermined } from '../model/report.ts';
import { runCheck } from './check.ts';
import { CHECKS } from './checks/index.ts';
import type { Found } from './finding.ts';
import { publish } from './publish.ts';
import { obstaclesOf, undeterminedIn } from './undetermined.ts';

/** What the checks say, without where the facts came from. */
export type Diagnosis = Pick<CheckReport, 'verdict' | 'checks' | 'findings' | 'undetermined' | 'summary'> & Told;

/** What is told of findings that are left out. */
type Told = Pick<CheckReport, 'suppressed' | 'suppressions'>;

/** Leaves findings out, before their remedies count each other's commands. */
export type Sift = (findings: readonly Found[]) => Told & { readonly kept: readonly Found[] };

const KEEP_ALL: Sift = (findings) => ({ kept: findings });

/**
 * Runs all checks and draws the verdict. Where the rules could not be read, or lines of them are not shown, only what the
 * sockets prove: what looks missing or out of place may be a line that was not shown.
 */
export function diagnose(context: Context, sift: Sift = KEEP_ALL): Diagnosis {
  const { obstacles, ruleset } = context.pod;
  const unseen = obstacles.filter(({ concerns }) => concerns === 'rules');
  const isPatchy = unseen.some(({ lost }) => lost !== undefined);
  if (isPatchy || (unseen.length > 0 && istioTables(ruleset).length === 0)) return diagnoseWithoutRules(context, sift);
  const results = CHECKS.map((check) => runCheck(check, context));
  const gone = results.flatMap(({ findings }) => findings).find(({ code }) => GONE.has(code));
  return conclude(
    results.map(({ outcome }, at) => (gone && CHECKS[at]?.ofLayout ? vacuous(outcome, gone.code) : outcome)),
    results.flatMap(({ findings }) => findings),
    undeterminedIn(
      context,
      results.flatMap(({ open }) => open),
    ),
    context,
    sift,
  );
}

/** What says that the rules of a pod, or those of one family, are not there. */
const GONE: ReadonlySet<FindingCode> = new Set(['NAT0105', 'NAT0106', 'NAT0901']);

/** Nothing is wrong with rules that are not there, and nothing is right with them. */
function vacuous(outcome: CheckOutcome, code: FindingCode): CheckOutcome {
  return outcome.outcome === 'pass' ? { id: outcome.id, outcome: 'skipped', reason: `see ${code}` } : outcome;
}

/** Why most checks have no answer. */
const RULES_NOT_READ = 'not all of the rules could be read';

function diagnoseWithoutRules(context: Context, sift: Sift): Diagnosis {
  const results = CHECKS.map((check) =>
    check.withoutRules
      ? runCheck(check, context)
      : {
          outcome: { id: check.id, outcome: 'undetermined', reason: RULES_NOT_READ } as const,
          findings: [],
        },
  );
  return conclude(
    results.map(({ outcome }) => outcome),
    results.flatMap(({ findings }) => findings),
    obstaclesOf(context),
    context,
    sift,
  );
}

/** Whether what the tools printed of the rules was understood to the last line. */
function wasAllRead({ pod }: Context): boolean {
  return !pod.obstacles.some(({ code, concerns }) => code === 'NAT1003' && concerns === 'rules');
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

function conclude(
  checks: readonly CheckOutcome[],
  findings: readonly Found[],
  undetermined: readonly Undetermined[],
  context: Context,
  sift: Sift,
): Diagnosis {
  const { kept, ...told } = sift(findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]));
  const sorted = publish(kept, context, wasAllRead(context));
  const count = (severity: Severity) => kept.filter((finding) => finding.severity === severity).length;
  const summary = { error: count('error'), warning: count('warning'), info: count('info') };
  return { verdict: verdictOf(summary, undetermined), checks, findings: sorted, undetermined, ...told, summary };
}

function verdictOf(summary: Diagnosis['summary'], undetermined: readonly Undetermined[]): Diagnosis['verdict'] {
  if (summary.error > 0) return 'broken';
  if (undetermined.length > 0) return 'undetermined';
  return summary.warning > 0 ? 'degraded' : 'healthy';
}
