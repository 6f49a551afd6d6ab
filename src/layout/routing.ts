import { AMBIENT_ROUTE, type MarkRoute } from '../istio/marks.ts';
import { PASSTHROUGH } from '../istio/proxy.ts';
import type { Config } from '../model/config.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import type { InterfaceAddress, Route, Routing, RoutingRule } from '../model/routing.ts';
import { type Features, featuresFor } from './eras.ts';

/** The `ip rule`, routes and lo addresses that Istio adds for a configuration; nothing else is listed. */
export function expectedRouting(config: Config): Routing {
  const has = featuresFor(config.istioVersion);
  const marked = config.dataplane === 'ambient' ? ambientRoute(config, has) : sidecarRoute(config);
  const families = marked === null ? [] : FAMILIES.filter((family) => hasRoute(config, has, family));
  return {
    rules: families.map((family) => ruleOf(family, marked ?? AMBIENT_ROUTE)),
    routes: families.map((family) => routeOf(family, marked ?? AMBIENT_ROUTE)),
    addresses: passthroughAddress(config, has),
  };
}

/** Ambient installs them whatever the mode, so they do not prove TPROXY. */
function ambientRoute(config: Config, has: Features): MarkRoute | null {
  return config.scope === 'pod' && has('ambient') ? AMBIENT_ROUTE : null;
}

function sidecarRoute(config: Config): MarkRoute | null {
  if (config.interceptionMode !== 'TPROXY' || config.inboundPortsInclude.length === 0) return null;
  const { inboundTproxyMark: value, inboundTproxyRouteTable: table } = config;
  return { value, mask: 0xffffffff, table, priority: 32765 };
}

function hasRoute(config: Config, has: Features, family: Family): boolean {
  if (family === 'ipv4') return true;
  return config.enableIpv6 && has(config.dataplane === 'ambient' ? 'ambient-ipv6' : 'families-alike');
}

function ruleOf(family: Family, { value, mask, table, priority }: MarkRoute): RoutingRule {
  const fwmark = `0x${value.toString(16)}${mask === 0xffffffff ? '' : `/0x${mask.toString(16)}`}`;
  const text = `from all fwmark ${fwmark} lookup ${table}`;
  return { family, priority, mark: { value, mask }, table: String(table), text };
}

function routeOf(family: Family, { table }: MarkRoute): Route {
  const text = 'local default dev lo';
  return { family, table: String(table), type: 'local', destination: 'default', device: 'lo', text };
}

/** `::6`, the IPv6 twin of 127.0.0.6, has to be put on lo; all of 127/8 is there anyway. */
function passthroughAddress(config: Config, has: Features): InterfaceAddress[] {
  const needed = config.dataplane === 'sidecar' && config.enableIpv6 && has('passthrough-source');
  return needed
    ? [{ interface: 'lo', family: 'ipv6', address: PASSTHROUGH.ipv6, prefixLength: 128, scope: 'global' }]
    : [];
}
