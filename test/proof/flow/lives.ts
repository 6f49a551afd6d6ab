import { Hooks } from '../../../src/evaluate/packet.ts';
import { watchedMarks } from '../../../src/evaluate/symbolic/watched.ts';
import { expectedRuleset } from '../../../src/expect/layout.ts';
import { actorsOf } from '../../../src/flow/actors.ts';
import { lifeOf } from '../../../src/flow/life.ts';
import { Listeners } from '../../../src/flow/listeners.ts';
import type { Scenario } from '../../../src/flow/scenario.ts';
import { startsOf } from '../../../src/flow/starts.ts';
import type { Journey } from '../../../src/flow/types.ts';
import { expectedRouting } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { FAMILIES, type Family } from '../../../src/model/family.ts';
import { observeRules } from '../../../src/observe/index.ts';
import { recordedGroups } from '../../layout/recordings.ts';
import { ADDRESSES } from '../layouts/packets.ts';
import type { Subject } from './subjects.ts';

/** The lives that flow tells of a subject, in the families it captures, between the addresses of the harness. */
export function livesOf(subject: Subject): Journey[] {
  const families = subject.config.enableIpv6 ? FAMILIES : (['ipv4'] as const);
  return families.flatMap((family) => {
    const world = worldOf(subject, family);
    return startsOf(world, undefined).map((start) => lifeOf(world, start, 1));
  });
}

function worldOf({ texts, config, variant }: Subject, family: Family): Scenario {
  const saved = texts.map(({ tool, text }) => ({ name: tool, text: tool === 'nft' ? text : `# ${tool}\n${text}` }));
  const pod = observeRules(saved, {});
  const expected = layoutOf(config, variant);
  const listeners = new Listeners({ sockets: null, obstacles: [] }, config);
  const { own, peer, remote, resolver: named } = ADDRESSES[family];
  const servers = family === 'ipv4' ? config.dnsServersV4 : config.dnsServersV6;
  const actors = actorsOf(family, {}, { pod, config, listeners });
  return {
    live: new Hooks(pod.ruleset),
    expected: new Hooks(expected),
    watched: watchedMarks(expected),
    config,
    actors: {
      ...actors,
      ...{ own, client: peer, node: peer, remote: { address: remote, port: 443 } },
      resolver: servers[0] ?? named,
    },
    listeners,
    routing: { seen: null, expected: expectedRouting(config) },
  };
}

function layoutOf(config: Config, variant: Subject['variant']) {
  const resolveGroup = recordedGroups(variant === 'native' ? 'sidecar-nftables' : 'sidecar-iptables');
  return expectedRuleset(config, { resolveGroup });
}
