import { DROP_CHAIN } from '../../istio/iptables-chains.ts';
import { EXCLUDED_BY_PLUGIN, PORT } from '../../istio/ports.ts';
import { inAll, type Reader } from '../context.ts';
import type { Form } from '../rule-pattern.ts';
import type { Observed } from '../types.ts';
import { readDns } from './dns.ts';
import { readInbound } from './inbound.ts';
import { readInterfaces } from './interfaces.ts';
import { readMode } from './mode.ts';
import { readLoopback, readOutbound } from './outbound.ts';
import { readOwnerGroups, readProxyOwners } from './owners.ts';
import { defined, readRedirectPorts, readTproxyMark, readTunnelPort } from './ports.ts';

/** The inputs of a sidecar's layout, each from the place where the release writes it. */
export function readSidecar(context: Reader): Observed {
  const mode = readMode(context);
  const tproxy = mode === 'TPROXY';
  const tunnel = context.given.inboundTunnelPort ?? readTunnelPort(context);
  const inbound = readInbound(context, tproxy, tunnel ?? 0);
  const outbound = withPluginsOwn(context, inbound, readOutbound(context));
  const owners = readProxyOwners(context);
  return {
    interceptionMode: mode,
    ...defined({ inboundTunnelPort: tunnel, hostIpv4LoopbackCidr: readLoopback(context) }),
    ...readRedirectPorts(context, inbound.inboundPortsInclude),
    ...inbound,
    ...owners,
    ...readOwnerGroups(context, owners),
    ...outbound,
    ...readInterfaces(context),
    ...readDns(context),
    ...(tproxy && defined({ inboundTproxyMark: readTproxyMark(context) })),
    ...(context.has('drop-invalid') && { dropInvalid: dropsInvalid(context) }),
    enableIpv6: hasIpv6(context),
    ...context.given,
  };
}

/**
 * With the inbound exclusions of the plugin the outbound list is never empty: without an annotation it is 15020. None
 * at all is what one or two lost rules leave.
 */
function withPluginsOwn({ has, reading }: Reader, { inboundPortsExclude }: Observed, outbound: Observed): Observed {
  const byPlugin = inboundPortsExclude?.join().endsWith(EXCLUDED_BY_PLUGIN.join()) ?? false;
  const lost = byPlugin && has('outbound-port-excludes') && outbound.outboundPortsExclude?.length === 0;
  return lost && reading === 'cautious' ? { ...outbound, outboundPortsExclude: [PORT.status] } : outbound;
}

function dropsInvalid(context: Reader): boolean {
  const states = inAll(context, 'mangle', 'PREROUTING').filter((form) => form.shape.includes('state'));
  const drops = states.some((form) => form.target === 'drop' || form.target === `jump ${DROP_CHAIN}`);
  return drops || inAll(context, 'mangle', DROP_CHAIN).length > 0;
}

/** 1.0 wrote no IPv6 rules when IPv6 was enabled, and refused it otherwise. */
function hasIpv6({ view, has, sawIpv6 }: Reader): boolean {
  if (has('ipv6-nat')) return view.families.includes('ipv6');
  return sawIpv6 && !view.forms('ipv6', 'filter', 'INPUT').some(refuses);
}

/** New connections are refused after established ones pass: either rule shows that it was meant. */
function refuses({ target, shape }: Form): boolean {
  return target === 'reject' || (target === 'accept' && shape === 'state');
}
