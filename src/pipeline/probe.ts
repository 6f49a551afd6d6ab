import type { Attempted, Network } from '../collect/attempt/attempt.ts';
import type { Outside } from '../collect/outside.ts';
import { ownOwner } from '../collect/owner.ts';
import { evaluatePacket, Hooks } from '../evaluate/packet.ts';
import { expectationOf, layersOf } from '../expect/index.ts';
import { isAt } from '../flow/listeners.ts';
import { CannotLook } from '../model/errors.ts';
import type { Packet } from '../model/packet.ts';
import type { Pod } from '../model/pod.ts';
import { isListener } from '../model/socket.ts';
import { announcement, refuseTarget, usableResolvers } from '../probe/announce.ts';
import { DNS_QUERY } from '../probe/dns.ts';
import { judge, judgeValidation } from '../probe/judge.ts';
import { defaultOwners } from '../probe/owners.ts';
import { planProbes } from '../probe/plan.ts';
import { acceptedOn, currentSockets } from '../probe/sockets.ts';
import type { Path, PlannedProbe, ProbeAnswer, ProbeResult } from '../probe/types.ts';
import { quoted } from '../rules/quote.ts';
import { declaredInputs } from './config.ts';
import { gatherFacts } from './facts.ts';
import { inTime } from './in-time.ts';
import type { ProbeRequest } from './requests.ts';

const HERE = { kind: 'live' } as const;

/**
 * Sends traffic of this pod's own, and says which way it took and whether Istio intends that.
 * @param announce is told where it goes before anything is sent, and in a dry run as well
 * @throws UsageError when an input is malformed
 * @throws CannotLook when the pod has no address to speak from
 */
export async function probe(
  request: ProbeRequest,
  outside: Outside,
  network: Network,
  announce: (line: string) => Promise<void>,
): Promise<ProbeAnswer> {
  const declared = await declaredInputs(request.config, outside);
  const facts = await gatherFacts(HERE, outside);
  refuseTarget(request, facts.pod);
  const { judged: config, expected } = inTime(facts, () => expectationOf(layersOf(declared, facts), facts));
  const owners = request.owners.length > 0 ? request.owners : defaultOwners(ownOwner(), facts.pod, config);
  const { usable: resolvers, notes } = usableResolvers(facts.resolvers, facts.pod);
  const plan = planProbes(request, { pod: facts.pod, config, resolvers, owners });
  if (plan.length === 0) throw nothingToSend(facts.pod);
  for (const line of [...notes, announcement(plan)]) await announce(line);
  const predict = seesRules(facts.pod) ? new Hooks(facts.pod.ruleset) : null;
  const sides = { intended: new Hooks(expected), predict, pod: facts.pod };
  const probes: ProbeResult[] = [];
  for (const planned of plan) probes.push(await follow(planned, sides, request, outside, network));
  const obstacles = facts.pod.obstacles.filter(({ concerns }) => concerns === 'rules' || concerns === 'routing');
  return {
    config,
    probes,
    validation: judgeValidation(probes),
    undetermined: obstacles.map(({ code, message, remedy }) => ({ code, message, remedy })),
  };
}

function nothingToSend({ obstacles }: Pod): CannotLook {
  const obstacle = obstacles.find(({ concerns }) => concerns === 'routing');
  return new CannotLook('no address of this pod is known that a probe could be sent from or to', {
    hint: obstacle?.remedy ?? 'Look at ip addr: an interface with a global address is needed, of the family of --to.',
  });
}

function seesRules(pod: Pod): boolean {
  return !pod.obstacles.some(({ concerns }) => concerns === 'rules');
}

interface Sides {
  readonly intended: Hooks;
  /** Null: the rules cannot be read. */
  readonly predict: Hooks | null;
  readonly pod: Pod;
}

async function follow(
  { from, ...planned }: PlannedProbe,
  { intended, predict, pod }: Sides,
  { dryRun, timeoutMs }: Pick<ProbeRequest, 'dryRun' | 'timeoutMs'>,
  outside: Outside,
  network: Network,
): Promise<ProbeResult> {
  const expected = evaluatePacket(intended, planned.packet).verdict;
  const live = predict && evaluatePacket(predict, planned.packet);
  const predicted = live?.verdict ?? null;
  const known = { ...planned, expected, predicted, rule: live?.decidedBy ? quoted(live.decidedBy) : null };
  if (dryRun) return { ...known, sent: null, outcome: 'skipped', message: 'nothing was sent' };
  const { protocol, destination, destinationPort: port } = planned.packet;
  const attempt = {
    ...{ protocol, destination, port, owner: planned.owner, timeoutMs, payload: DNS_QUERY },
    ...(from !== undefined && { source: from }),
  };
  const attempted = await network.attempt(attempt, async (own) => {
    const sockets = await currentSockets(outside.files);
    return sockets && { port: acceptedOn(own, sockets) };
  });
  const path = pathOf(attempted);
  const { ending, durationMs } = attempted;
  const verdict = judge({
    ...{ probe: planned, ending, path, expected, predicted },
    listens: (asked) => listens(pod, asked),
    awaited: awaited(pod, planned.packet),
  });
  return { ...known, sent: { ending, durationMs, path }, ...verdict };
}

function pathOf({ ending, seen }: Attempted<{ port: number | null } | null>): Path {
  if (ending === 'answered') return { kind: 'unseen' };
  if (ending !== 'connected') return { kind: 'nobody' };
  if (seen === null) return { kind: 'unseen' };
  return seen.port === null ? { kind: 'outside' } : { kind: 'port', port: seen.port };
}

/** Whether anybody listened there when the pod was looked at; null where that could not be seen. */
function listens({ sockets }: Pod, port: number): boolean | null {
  return sockets?.some((socket) => socket.localPort === port && isListener(socket)) ?? null;
}

/** Whether anybody listens where a packet is sent; null where that is not in this pod, or cannot be seen. */
function awaited(
  { sockets }: Pod,
  { family, protocol, destination, destinationPort, outInterface }: Packet,
): boolean | null {
  if (sockets === null || outInterface !== 'lo' || destinationPort === undefined) return null;
  const endpoint = { family, protocol: String(protocol), address: destination, port: destinationPort };
  return sockets.some((socket) => isListener(socket) && isAt(socket, endpoint));
}
