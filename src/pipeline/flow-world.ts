import type { Hooks } from '../evaluate/packet.ts';
import { isLoopback } from '../evaluate/state.ts';
import type { WatchedMark } from '../evaluate/symbolic/watched.ts';
import { parseRelease } from '../layout/index.ts';
import { parseAddress } from '../model/address.ts';
import type { Config } from '../model/config.ts';
import type { Routing } from '../model/routing.ts';
import type { Actors } from './flow-actors.ts';
import type { Listeners } from './flow-listeners.ts';
import { type Ground, passage } from './flow-pass.ts';

/** What lives are followed in: the rules of the pod and of its layout, who takes part, and how marks are routed. */
export interface World {
  readonly live: Hooks;
  /** Null: nobody knows what is meant. */
  readonly expected: Hooks | null;
  readonly watched: readonly WatchedMark[];
  readonly config: Config;
  readonly actors: Actors;
  readonly listeners: Listeners;
  readonly routing: { readonly seen: Routing | null; readonly expected: Routing };
}

/** What stays in the pod, by the routing that was seen, else by the one that Istio adds. */
export function groundOf({ actors, routing }: World): Ground {
  const used = routing.seen ?? routing.expected;
  return { own: [actors.own, actors.passthrough], markLeadsToLo: (mark) => leadsToLo(used, actors.family, mark) };
}

/** Whether policy routing sends what carries the mark to lo: a rule on the mark, and a table with a local default. */
export function leadsToLo(routing: Routing, family: Actors['family'], mark: number): boolean {
  const rules = routing.rules.filter((rule) => rule.family === family && matches(rule.mark, mark));
  return rules.some(({ table }) =>
    routing.routes.some(
      (route) =>
        route.family === family && route.table === table && route.type === 'local' && route.destination === 'default',
    ),
  );
}

function matches(wanted: { readonly value: number; readonly mask: number } | undefined, mark: number): boolean {
  return wanted !== undefined && (mark & wanted.mask) >>> 0 === wanted.value >>> 0;
}

/** The port that the layout sends requests from outside to; the proxy's outbound port in old releases. */
export function inboundPort(world: World): number {
  if (world.expected === null) return world.config.inboundCapturePort;
  const { family, client, own, applicationPort } = world.actors;
  const { verdict } = passage(
    world.expected,
    {
      ...{ family, hook: 'PREROUTING', protocol: 'tcp', source: client, destination: own },
      ...{ destinationPort: applicationPort, inInterface: 'eth0' },
    },
    groundOf(world),
  );
  const redirected = verdict.kind === 'redirect' || verdict.kind === 'tproxy' ? verdict.port : undefined;
  return redirected ?? world.config.inboundCapturePort;
}

/** The minor number of the release that the pod is held against. */
export function minorOf({ config }: World): number {
  const release = parseRelease(config.istioVersion);
  return 'error' in release ? Number.POSITIVE_INFINITY : release.minor;
}

/** Whether an address can be reached by lo alone. */
export function isHere({ actors }: World, address: string): boolean {
  if ([actors.own, actors.passthrough].includes(address)) return true;
  const parsed = parseAddress(address);
  return parsed !== null && isLoopback(parsed.family, parsed.value);
}

/** The source that the kernel chooses for a destination: what goes to loopback comes from there. */
export function sourceTo({ actors }: World, address: string): string {
  const parsed = parseAddress(address);
  return parsed !== null && isLoopback(parsed.family, parsed.value) ? actors.loopback : actors.own;
}
