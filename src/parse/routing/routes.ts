import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Family } from '../../model/family.ts';
import type { Route } from '../../model/routing.ts';
import { linesOf } from '../lines.ts';
import { Told } from '../told.ts';
import { complaint, isMissingTable, type RoutingInput, wordAfter } from './lines.ts';

/** Routes of a text, and what in it was not understood. */
export interface ParsedRoutes {
  readonly routes: readonly Route[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The route types of rtnetlink(7) that ip prints in front of a destination; unicast goes without saying. */
const TYPES: ReadonlySet<string> = new Set([
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
  'xresolve',
]);

/**
 * The routes that `ip route show` prints for one family. `table` is the one that was asked for; null after
 * `table all`, where each line names its table unless it is `main`. Never throws.
 */
export function parseIpRoutes(text: string, family: Family, table: string | null, input: RoutingInput): ParsedRoutes {
  const routes: Route[] = [];
  const told = new Told();
  for (const line of linesOf(text)) {
    if (isMissingTable(line.text)) continue;
    const route = /^\s/.test(line.text) ? nextHop(line.text, routes) : parseRoute(line.text, family, table);
    if (route === null) told.add(complaint(input, line, 'this is not a line of ip route'));
    else if (route !== 'taken') routes.push(route);
  }
  return { routes, diagnostics: told.list };
}

function parseRoute(text: string, family: Family, table: string | null): Route | null {
  const words = text.trim().split(/\s+/);
  const typed = TYPES.has(words[0] ?? '');
  const [destination, ...rest] = typed ? words.slice(1) : words;
  if (destination === undefined || !/^(default|[0-9a-fA-F:.]+(\/\d{1,3})?)$/.test(destination)) return null;
  return {
    family,
    table: wordAfter(rest, 'table') ?? table ?? 'main',
    type: typed ? (words[0] ?? '') : 'unicast',
    destination,
    device: wordAfter(rest, 'dev'),
    text: words.join(' '),
  };
}

/** `nexthop via 10.0.0.1 dev eth0 weight 1`: the further lines of a route with several ways; the first device is kept. */
function nextHop(text: string, routes: Route[]): 'taken' | null {
  const words = text.trim().split(/\s+/);
  const route = routes.at(-1);
  if (words[0] !== 'nexthop' || route === undefined) return null;
  const device = route.device ?? wordAfter(words, 'dev');
  routes[routes.length - 1] = { ...route, device };
  return 'taken';
}
