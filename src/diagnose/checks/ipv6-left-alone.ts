import type { InterfaceAddress } from '../../model/routing.ts';
import type { Socket } from '../../model/socket.ts';
import { finding } from '../check.ts';
import { type Context, istioTables } from '../context.ts';
import { globalIpv6 } from './ipv6-addresses.ts';
import { isReserved, socketCheck } from './socket-check.ts';

/**
 * Istio derives from the pod's first address whether it captures IPv6, and nobody sees the answer. A pod that can be
 * reached over IPv6 and is not captured there is worth a word unless somebody said that it shall be so.
 */
export const ipv6LeftAlone = socketCheck(
  'ipv6-left-alone',
  'no application is reached over IPv6 past the proxy',
  ['NAT0602'],
  (listeners, context) => {
    const [address] = globalIpv6(context);
    if (address === undefined || !isOpen(context))
      return { skipped: 'IPv6 is captured, or the pod has no address of it' };
    const reachable = listeners.filter((socket) => isReachable(socket, address, context));
    if (reachable.length === 0) return [];
    const ports = [...new Set(reachable.map(({ localPort }) => localPort))].join(', ');
    return [
      finding('NAT0602', {
        message: `The pod has the address ${address.address}, an application listens there on port ${ports}, and no rule of Istio captures IPv6: clients reach it past the proxy.`,
        family: 'ipv6',
        evidence: reachable.slice(0, 10).map(({ text }) => ({ kind: 'socket', text })),
      }),
    ];
  },
);

/** Only when nothing but the rules says that IPv6 is off, and IPv4 is captured. */
function isOpen({ config, origin, pod, families }: Context): boolean {
  if (
    origin.enableIpv6 !== 'inferred' ||
    config.enableIpv6 ||
    config.dataplane !== 'sidecar' ||
    !families.includes('ipv6')
  )
    return false;
  return istioTables(pod.ruleset, 'ipv4').length > 0 && istioTables(pod.ruleset, 'ipv6').length === 0;
}

function isReachable(socket: Socket, { address }: InterfaceAddress, { config }: Context): boolean {
  if (socket.protocol !== 'tcp' || isReserved(socket.localPort, config)) return false;
  return socket.family !== 'ipv4' && ['*', '::', address].includes(socket.localAddress);
}
