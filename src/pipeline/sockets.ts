import type { Outside } from '../collect/outside.ts';
import { CannotLook } from '../model/errors.ts';
import type { Pod } from '../model/pod.ts';
import type { Socket } from '../model/socket.ts';
import type { RulesState, SocketsReport } from '../sockets/report.ts';
import { gatherFacts } from './facts.ts';
import type { SocketsRequest, SourceRequest } from './requests.ts';

/** The report, and remarks on how it was obtained. */
export interface SocketsRun {
  readonly report: SocketsReport;
  readonly notes: readonly string[];
}

/**
 * Listeners and connections of a pod: whose they are, and whether they go through the proxy.
 * @throws CannotLook when the sockets, or a named file, cannot be read
 */
export async function sockets(request: SocketsRequest, outside: Outside): Promise<SocketsRun> {
  // Loaded while the programs that were started still run.
  const [{ pod, source }, { classifySockets }, { portsFromRules }, { answerOf }] = await Promise.all([
    gatherFacts(request.source, outside),
    import('../sockets/index.ts'),
    import('../sockets/ports.ts'),
    import('../sockets/report.ts'),
  ]);
  const rules = request.rulesGiven ? rulesState(pod) : NOT_GIVEN;
  const view = classifySockets({
    sockets: seenSockets(pod, request.source),
    ...(pod.earlierSockets === undefined ? {} : { earlier: pod.earlierSockets }),
    rules: rules.readable ? pod : null,
    addresses: pod.routing?.addresses ?? null,
    processes: pod.processes ?? [],
    ports: portsFromRules(pod.ruleset),
  });
  const tool = { name: 'istio-nat', version: request.toolVersion } as const;
  return {
    report: { schemaVersion: 1, tool, source, ...answerOf(view, rules) },
    notes: pod.obstacles.filter(({ concerns }) => concerns === 'sockets').map(({ message }) => message),
  };
}

function seenSockets(pod: Pod, source: SourceRequest): readonly Socket[] {
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
function rulesState({ obstacles }: Pod): RulesState {
  const obstacle = obstacles.find(({ concerns }) => concerns === 'rules');
  if (obstacle === undefined) return { readable: true };
  return { readable: false, because: obstacle.message, remedy: obstacle.remedy };
}
