import type { Owner } from '../collect/owner.ts';
import { Hooks } from '../evaluate/packet.ts';
import { expectationOf, layersOf } from '../expect/index.ts';
import type { Declared } from '../expect/layers.ts';
import { type Membership, membershipBy } from '../expect/membership.ts';
import { CannotLook } from '../model/errors.ts';
import { type Pod, toldObstacle } from '../model/pod.ts';
import type { Ruleset } from '../model/ruleset.ts';
import type { Facts } from '../observe/facts.ts';
import { announcement, refuseTarget, usableResolvers } from '../probe/announce.ts';
import { follow, type Ways } from '../probe/follow.ts';
import { judgeValidation } from '../probe/judge.ts';
import { defaultOwners, proxyOwner } from '../probe/owners.ts';
import { planProbes } from '../probe/plan.ts';
import { podResolvers } from '../probe/resolvers.ts';
import { mayBeOthers } from '../probe/rights.ts';
import type { ProbeAnswer, ProbeQuestion, ProbeResult } from '../probe/types.ts';
import { inTime } from './in-time.ts';

/** What `probe` sends with, and who it is. */
export interface ProbeWays extends Ways {
  /** The effective user and group of this process. */
  readonly own: Owner;
  /** Is told where it goes before anything is sent, and in a dry run as well. */
  readonly announce: (line: string) => Promise<void>;
}

/**
 * Sends traffic of this pod's own, and says which way it took and whether Istio intends that.
 * @throws UsageError when it is asked to send to no host, or the inputs contradict each other
 * @throws CannotLook when the pod has no address to speak from
 */
export async function probe(
  facts: Facts,
  declared: Declared,
  question: ProbeQuestion,
  { own, announce, ...ways }: ProbeWays,
): Promise<ProbeAnswer> {
  refuseTarget(question, facts.pod);
  const layers = layersOf(declared, facts);
  const { resolved, judged: config, releases, expected } = inTime(facts, () => expectationOf(layers, facts));
  const membership = membershipBy(declared, layers, facts, resolved);
  const proxy = membership.kind === 'member' ? proxyOwner(facts.pod, config) : null;
  const sender = { ...own, mayBeOthers: await mayBeOthers(own, ways.files) };
  const owners = question.owners.length > 0 ? question.owners : defaultOwners(sender, facts.pod, config, proxy);
  const named = await podResolvers(facts, ways.files);
  const { usable: resolvers, notes } = usableResolvers(named.resolvers, facts.pod);
  const plan = planProbes(question, { pod: facts.pod, config, resolvers, owners, proxy });
  if (plan.length === 0) throw nothingToSend(facts.pod);
  for (const line of [...named.notes, ...notes, announcement(plan)]) await announce(line);
  const predict = seesRules(facts.pod) ? new Hooks(facts.pod.ruleset) : null;
  const sides = { intended: intendedBy(membership, expected), predict, pod: facts.pod };
  const probes: ProbeResult[] = [];
  for (const planned of plan) probes.push(await follow(planned, sides, question, ways));
  const obstacles = facts.pod.obstacles.filter(({ concerns }) => concerns === 'rules' || concerns === 'routing');
  return {
    config,
    ...(releases && { releases }),
    probes,
    validation: judgeValidation(probes),
    undetermined: [...(membership.kind === 'open' ? [membership.because] : []), ...obstacles.map(toldObstacle)],
  };
}

/** Where no layout belongs everything is meant to pass; where that is open, nothing is meant. */
function intendedBy({ kind }: Membership, expected: Ruleset): Hooks | null {
  if (kind === 'open') return null;
  return new Hooks(kind === 'member' ? expected : { tables: [] });
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
