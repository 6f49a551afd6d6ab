import { nativeTable } from '../istio/names.ts';
import { CannotLook } from '../model/errors.ts';
import type { Coverage, Pod } from '../model/pod.ts';
import type { Socket } from '../model/socket.ts';
import type { Facts } from '../observe/facts.ts';
import { captures } from '../rules/reached.ts';
import { classifySockets } from '../sockets/index.ts';
import { portsFromRules } from '../sockets/ports.ts';
import { answerOf, type RulesState, type SocketsReport } from '../sockets/report.ts';

/** The report, and remarks on how it was obtained. */
export interface SocketsAnswer {
  readonly report: SocketsReport;
  readonly notes: readonly string[];
}

/** What `sockets` has to know besides. */
export interface SocketsOptions {
  /** False: only sockets were given, so it is nobody's fault that there are no rules. */
  readonly rulesGiven: boolean;
  /** Version of istio-nat, for the report. */
  readonly toolVersion: string;
}

/**
 * Listeners and connections of a pod: whose they are, and whether they go through the proxy.
 * @throws CannotLook when the sockets were not shown
 */
export function sockets(facts: Facts, { rulesGiven, toolVersion }: SocketsOptions): SocketsAnswer {
  const { pod, source } = facts;
  const rules = rulesGiven ? rulesState(pod) : NOT_GIVEN;
  const view = classifySockets({
    sockets: seenSockets(facts),
    ...(pod.shownSockets === undefined ? {} : { shown: pod.shownSockets }),
    ...(pod.earlierSockets === undefined ? {} : { earlier: pod.earlierSockets }),
    rules: rules.readable ? pod : null,
    addresses: pod.routing?.addresses ?? null,
    processes: pod.processes ?? [],
    ports: portsFromRules(pod.ruleset),
  });
  const tool = { name: 'istio-nat', version: toolVersion } as const;
  return {
    report: { schemaVersion: 1, tool, source, ...answerOf(view, rules) },
    notes: pod.obstacles.filter(({ concerns }) => concerns === 'sockets').map(({ message }) => message),
  };
}

function seenSockets({ pod, source }: Facts): readonly Socket[] {
  if (pod.sockets !== null) return pod.sockets;
  const obstacle = pod.obstacles.find(({ concerns }) => concerns === 'sockets');
  if (obstacle !== undefined) throw new CannotLook(obstacle.message, { hint: obstacle.remedy, code: obstacle.code });
  const hint =
    source.kind === 'rules'
      ? 'Give the output of `ss -Htunaep` with --sockets.'
      : 'Run it in the namespace of the pod.';
  throw new CannotLook('The sockets were not shown', { hint });
}

const NOT_GIVEN: RulesState = {
  readable: false,
  because: 'none were given',
  remedy: 'Give the output of iptables-save, ip6tables-save or nft list ruleset with --rules.',
};

/** Rules of which a part is missing predict nothing: the missing part may be what decides. */
function rulesState({ obstacles, ruleset, coverage }: Pod): RulesState {
  const obstacle = obstacles.find(({ concerns }) => concerns === 'rules');
  if (obstacle === undefined) return { readable: true, capturing: !showsCapture(coverage) || captures(ruleset) };
  return { readable: false, because: obstacle.message, remedy: obstacle.remedy };
}

/** Whether rules that capture would be among those shown; what goes out is captured in nat, in TPROXY mode as well. */
function showsCapture(coverage: readonly Coverage[]): boolean {
  return coverage.some(({ tables }) => tables === 'all' || tables.some((name) => name === 'nat' || nativeTable(name)));
}
