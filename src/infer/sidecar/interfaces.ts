import { type Context, inAll, returned } from '../context.ts';
import type { Observed } from '../types.ts';
import { unique } from '../vote.ts';

/** Excluded and virtual interfaces: both show in PREROUTING, the first in OUTPUT too, the second also as a redirect. */
export function readInterfaces(context: Context, captured: Observed['outboundIpRangesInclude']): Observed {
  const excludeInterfaces = context.has('exclude-interfaces') ? excludedInterfaces(context) : [];
  const rerouteVirtualInterfaces = context.has('virtual-interfaces')
    ? virtual(context, excludeInterfaces, captured)
    : [];
  return {
    ...(excludeInterfaces.length > 0 && { excludeInterfaces }),
    ...(rerouteVirtualInterfaces.length > 0 && { rerouteVirtualInterfaces }),
  };
}

/** Istio returns an excluded interface in two hooks, and in TPROXY mode in two tables: one rule alone is not Istio's. */
function excludedInterfaces(context: Context): string[] {
  const places = ['nat', 'mangle'].flatMap((table) => [
    new Set(returned(inAll(context, table, 'PREROUTING'), 'in').flatMap((form) => form.in ?? [])),
    new Set(returned(inAll(context, table, 'OUTPUT'), 'out').flatMap((form) => form.out ?? [])),
  ]);
  const names = unique(places.flatMap((place) => [...place]));
  return names.filter((name) => places.filter((place) => place.has(name)).length > 1);
}

/**
 * Virtual interfaces are inserted at the head, so they stand in reverse. Where nothing outbound is captured only their
 * RETURN is left, which anybody could have put there.
 */
function virtual(
  context: Context,
  excludes: readonly string[],
  captured: Observed['outboundIpRangesInclude'],
): string[] {
  const excluded = new Set(excludes);
  const hook = inAll(context, 'nat', 'PREROUTING');
  const redirected = hook.filter((form) => form.target === 'jump ISTIO_REDIRECT').flatMap((form) => form.in ?? []);
  const alone = captured?.length === 0 && context.reading === 'literal';
  const onlyReturned = alone ? returned(hook, 'in').flatMap((form) => form.in ?? []) : [];
  return unique([...redirected, ...onlyReturned.filter((name) => !excluded.has(name))]).reverse();
}
