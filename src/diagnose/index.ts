import type { Context } from '../expect/context.ts';
import { istioTables } from '../istio/chains.ts';
import { isCovered } from '../model/pod.ts';
import type { CheckOutcome, CheckReport, Severity, Undetermined } from '../model/report.ts';
import type { Table } from '../model/ruleset.ts';
import type { Check, Found } from './check.ts';
import { runCheck } from './check.ts';
import { ambientExemptions, ambientRules, onePlane } from './checks/ambient.ts';
import { ambientRouting } from './checks/ambient-routing.ts';
import { ztunnelListening } from './checks/ambient-sockets.ts';
import { automaticAddresses } from './checks/automatic-addresses.ts';
import { configuredBackend, emptyLegacy, probeResidue, staleTables, twoBackends } from './checks/backends.ts';
import { inboundConnections, outboundConnections, proxyLoops } from './checks/connections.ts';
import { exclusions } from './checks/exclusions.ts';
import { ipv6WhileOff, passthroughAddress } from './checks/ipv6-addresses.ts';
import { ipv6LeftAlone } from './checks/ipv6-left-alone.ts';
import { listenerExcluded } from './checks/listener-excluded.ts';
import { proxyListening } from './checks/listening.ts';
import { loopbackListeners, podIpListeners } from './checks/loopback-listeners.ts';
import { nodeProbes } from './checks/node-probes.ts';
import { programmable } from './checks/refused.ts';
import { release } from './checks/release.ts';
import { resolversCovered } from './checks/resolvers.ts';
import { tproxyRouting } from './checks/routing.ts';
import { applicationAsProxy, proxyOwner, reservedPorts } from './checks/socket-owners.ts';
import { isExplained, noCapture, node, otherMesh } from './checks/surroundings.ts';
import { duplicates, equivalent, foreign, unreachable } from './checks/text.ts';
import { tproxyListener } from './checks/tproxy-listener.ts';
import { TRAFFIC_CHECKS } from './checks/traffic.ts';
import { answersTracked } from './checks/untracked.ts';
import { publish } from './publish.ts';
import { isOutsideMesh } from './traffic/groups.ts';
import { packetsInWords } from './traffic/words.ts';

/** All checks, in the order in which reports list them. */
export const CHECKS: readonly Check[] = [
  ...TRAFFIC_CHECKS,
  answersTracked,
  programmable,
  release,
  unreachable,
  duplicates,
  onePlane,
  ambientRules,
  ambientExemptions,
  nodeProbes,
  ambientRouting,
  ztunnelListening,
  twoBackends,
  configuredBackend,
  staleTables,
  probeResidue,
  emptyLegacy,
  equivalent,
  foreign,
  exclusions,
  resolversCovered,
  automaticAddresses,
  tproxyRouting,
  tproxyListener,
  ipv6LeftAlone,
  ipv6WhileOff,
  passthroughAddress,
  listenerExcluded,
  proxyListening,
  proxyOwner,
  applicationAsProxy,
  reservedPorts,
  proxyLoops,
  outboundConnections,
  inboundConnections,
  loopbackListeners,
  podIpListeners,
  node,
  otherMesh,
  noCapture,
];

/** What the checks say, without where the facts came from. */
export type Diagnosis = Pick<CheckReport, 'verdict' | 'checks' | 'findings' | 'undetermined' | 'summary'>;

/** Runs all checks and draws the verdict. Where the rules could not be read, only what the sockets prove. */
export function diagnose(context: Context): Diagnosis {
  const unseen = context.pod.obstacles.some(({ concerns }) => concerns === 'rules');
  if (unseen && istioTables(context.pod.ruleset).length === 0) return diagnoseWithoutRules(context);
  const results = CHECKS.map((check) => runCheck(check, context));
  return conclude(
    results.map(({ outcome }) => outcome),
    results.flatMap(({ findings }) => findings),
    [
      ...obstaclesOf(context),
      ...notShown(context),
      ...openQuestions(context),
      ...results.flatMap(({ outcome }) => unfinished(outcome)),
      ...(isOutsideMesh(context) ? [] : context.doubts),
      ...notInMesh(context),
    ],
    wasAllRead(context),
  );
}

function diagnoseWithoutRules(context: Context): Diagnosis {
  const rest = new Set(['proxy-owner', 'application-owner', 'reserved-ports', 'proxy-loops']);
  const results = CHECKS.map((check) =>
    rest.has(check.id)
      ? runCheck(check, context)
      : {
          outcome: { id: check.id, outcome: 'undetermined', reason: 'the rules could not be read' } as const,
          findings: [],
        },
  );
  return conclude(
    results.map(({ outcome }) => outcome),
    results.flatMap(({ findings }) => findings),
    obstaclesOf(context),
    wasAllRead(context),
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
  isSure: boolean,
): Diagnosis {
  const sorted = publish(
    findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]),
    isSure,
  );
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const summary = { error: count('error'), warning: count('warning'), info: count('info') };
  return { verdict: verdictOf(summary, undetermined), checks, findings: sorted, undetermined, summary };
}

function verdictOf(summary: Diagnosis['summary'], undetermined: readonly Undetermined[]): Diagnosis['verdict'] {
  if (summary.error > 0) return 'broken';
  if (undetermined.length > 0) return 'undetermined';
  return summary.warning > 0 ? 'degraded' : 'healthy';
}

/** What could not be looked at and mattered: the routing only does where the mode has some of its own. */
function obstaclesOf({ pod, routing }: Context): Undetermined[] {
  return pod.obstacles
    .filter(({ concerns }) => concerns !== 'routing' || routing.rules.length > 0)
    .map(({ code, message, remedy }) => ({ code, message, remedy }));
}

/** Tables that Istio should have written and that the input, a listing of single tables, does not show. */
function notShown({ pod, expected }: Context): Undetermined[] {
  if (pod.obstacles.some(({ concerns }) => concerns === 'rules')) return [];
  const unseen = expected.tables.filter((table) => hasRules(table) && !isCovered(pod, table));
  if (unseen.length === 0) return [];
  const names = unseen.map(({ family, name }) => `${name} (${family})`).join(', ');
  const tools = [...new Set(unseen.map(({ family }) => (family === 'ipv6' ? 'ip6tables-save' : 'iptables-save')))];
  return [
    {
      code: 'NAT1004',
      message: `Istio writes to ${names} with this configuration, and the text given does not show ${unseen.length === 1 ? 'that table' : 'those tables'}`,
      remedy: `Give the output of ${tools.join(' and ')} as well: --rules takes several files.`,
    },
  ];
}

/** The rules of an older release are all known to be Istio's, whatever a match of theirs depends on. */
function openQuestions(context: Context): Undetermined[] {
  if (context.older !== null || isOutsideMesh(context)) return [];
  return context.open.map((question) => ({
    code: 'NAT1004',
    message: `What happens to ${packetsInWords(question)} cannot be told: ${question.because}`,
    remedy: 'Look at that rule by hand: istio-nat knows its text, and no packet field decides it.',
  }));
}

/** A check that had to be given up might have found something. */
function unfinished({ id, outcome, reason }: CheckOutcome): Undetermined[] {
  if (outcome !== 'undetermined') return [];
  return [
    {
      code: 'NAT1004',
      message: `The check ${id} was given up: ${reason}`,
      remedy:
        'Give only the table that matters (iptables-save -t nat) with --rules, or ask about single packets with trace.',
    },
  ];
}

function hasRules({ chains }: Table): boolean {
  return chains.some(({ rules }) => rules.length > 0);
}

function notInMesh(context: Context): Undetermined[] {
  if (!isOutsideMesh(context) || isExplained(context)) return [];
  return [
    {
      code: 'NAT1004',
      message: 'There is no rule of Istio here, and nothing says that this pod belongs to the mesh',
      remedy: 'If it should, name the release that should have programmed it: --istio-version X.Y.Z',
    },
  ];
}
