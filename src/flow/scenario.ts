import type { Hooks } from '../evaluate/packet.ts';
import type { WatchedMark } from '../evaluate/symbolic/watched.ts';
import { parseRelease } from '../layout/index.ts';
import type { Config } from '../model/config.ts';
import type { Routing } from '../model/routing.ts';
import type { Actors } from './actors.ts';
import type { Listeners } from './listeners.ts';
import { type Ground, passage } from './pass.ts';
import { deviceOf, deviceTo, isLoopbackAddress, sourceBy } from './routes.ts';

/** What lives are followed in: the rules of the pod and of its layout, who takes part, and how marks are routed. */
export interface Scenario {
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
export function groundOf({ actors, routing }: Scenario): Ground {
  const used = routing.seen ?? routing.expected;
  const own = [actors.own, actors.passthrough, ...seenAddresses(routing.seen)];
  return { own, markLeadsToLo: (mark) => leadsToLo(used, actors.family, mark) };
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
export function inboundPort(world: Scenario): number {
  if (world.expected === null) return world.config.inboundCapturePort;
  const { family, client, own, applicationPort } = world.actors;
  const { verdict } = passage(
    world.expected,
    {
      ...{ family, hook: 'PREROUTING', protocol: 'tcp', source: client, destination: own },
      ...{ destinationPort: applicationPort, inInterface: wayIn(world) },
    },
    groundOf(world),
  );
  const redirected = verdict.kind === 'redirect' || verdict.kind === 'tproxy' ? verdict.port : undefined;
  return redirected ?? world.config.inboundCapturePort;
}

/** The minor number of the release that the pod is held against. */
export function minorOf({ config }: Scenario): number {
  const release = parseRelease(config.istioVersion);
  return 'error' in release ? Number.POSITIVE_INFINITY : release.minor;
}

/** Whether an address can be reached by lo alone. */
export function isHere({ actors, routing }: Scenario, address: string): boolean {
  const own = [actors.own, actors.passthrough, ...seenAddresses(routing.seen)];
  return own.includes(address) || isLoopbackAddress(address);
}

/** What the kernel chooses for what is sent to a destination: the source, and the interface by which it leaves. */
export function wayTo(world: Scenario, address: string): { readonly source: string; readonly outInterface: string } {
  const { actors, routing } = world;
  if (isLoopbackAddress(address)) return { source: actors.loopback, outInterface: 'lo' };
  // Towards an address of its own a host speaks from that address.
  if (isHere(world, address)) return { source: address, outInterface: 'lo' };
  const outInterface = deviceTo(actors.family, address, routing.seen);
  const near = outInterface === deviceOf(actors.own, routing.seen);
  const source = near ? null : sourceBy(outInterface, actors.family, address, routing.seen);
  return { source: source ?? actors.own, outInterface };
}

/** The interface by which others reach the pod. */
export function wayIn({ actors, routing }: Scenario): string {
  return deviceOf(actors.own, routing.seen);
}

function seenAddresses(routing: Routing | null): string[] {
  return (routing?.addresses ?? []).map(({ address }) => address);
}
