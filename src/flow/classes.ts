import { classesOf, type PacketClass, type PacketClasses } from '../evaluate/classes.ts';
import { goesToDnsProxy } from '../istio/dns.ts';
import type { Config } from '../model/config.ts';
import type { ConntrackState } from '../model/match.ts';
import { linksOf, type Pod } from '../model/pod.ts';
import { quoted } from '../rules/quote.ts';
import type { Fate, ShownFlowClass } from './classes-types.ts';

/** Rules that a class quotes; it may be decided by thousands. */
const MOST_RULES = 16;

/** What the rules of a pod do to all packets of a family, at a hook and in a state. */
export function classesOfHook(
  pod: Pod,
  { dataplane, proxyUid, proxyGid }: Config,
  { family, hook, state }: Pick<PacketClass, 'family' | 'hook'> & { readonly state: ConntrackState },
): PacketClasses {
  // ztunnel's own packets are recognised by their mark, not by who sends them.
  const proxy = dataplane === 'ambient' ? { uids: [], gids: [] } : { uids: proxyUid, gids: proxyGid };
  return classesOf(pod.ruleset, { family, hook, state, proxy, ...linksOf(pod) });
}

/** A class as the answer has it. */
export function published(one: PacketClass, config: Config): ShownFlowClass {
  const { family, hook, owner, traffic, rest, roughly, proxy, witness, trace, rules } = one;
  return {
    family,
    hook,
    packets: { ...owner, ...traffic },
    rest,
    roughly,
    fate: fateOf(one, config),
    verdict: trace.verdict,
    rule: trace.decidedBy && quoted(trace.decidedBy),
    rules: rules?.slice(0, MOST_RULES).map(quoted) ?? null,
    ruleCount: rules?.length ?? null,
    witness,
    owner,
    traffic,
    proxy,
  };
}

function fateOf({ trace: { verdict }, hook, proxy }: PacketClass, config: Config): Fate {
  switch (verdict.kind) {
    case 'accept':
      return 'left-alone';
    case 'undetermined':
      return 'undetermined';
    case 'drop':
    case 'reject':
      return 'dropped';
    case 'dnat':
      return 'sent';
    case 'redirect':
    case 'tproxy': {
      const own = hook === 'OUTPUT' && proxy && verdict.port !== undefined;
      return own && (verdict.port === config.proxyPort || goesToDnsProxy(verdict)) ? 'loops' : 'captured';
    }
  }
}
