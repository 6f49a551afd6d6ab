import type { Context } from '../../expect/context.ts';
import { istioTables } from '../../istio/chains.ts';
import { isReserved } from '../../istio/ports.ts';
import { defaultConfig } from '../../layout/index.ts';
import type { Evidence, Finding } from '../../model/report.ts';
import type { InterfaceAddress } from '../../model/routing.ts';
import { isListener, type Socket } from '../../model/socket.ts';
import { isInner } from '../../sockets/address.ts';
import { type CheckResult, defineCheck, unseen } from '../check.ts';
import { finding } from '../finding.ts';
import { globalIpv6 } from './ipv6-addresses.ts';

/** More sockets than this are not quoted. */
const QUOTED = 10;

/**
 * Istio derives from the pod's first address, in ambient from a setting of its agent, whether it captures IPv6, and
 * nobody sees the answer. Where IPv4 is captured and IPv6 is not, that is worth a word unless somebody said that it
 * shall be so: the rules may have been there and be gone.
 */
export const ipv6LeftAlone = defineCheck({
  id: 'ipv6-left-alone',
  description: 'no traffic passes Istio over IPv6',
  codes: ['NAT0602'],
  run: (context) => {
    if (!isOpen(context)) return { skipped: 'IPv6 is captured, or somebody said that it is not' };
    if (context.pod.routing === null) {
      const isHidden = context.pod.obstacles.some(({ concerns }) => concerns === 'routing');
      return isHidden ? hiddenAddresses(context) : unknownAddresses(context);
    }
    const [address] = globalIpv6(context);
    if (address === undefined) return { skipped: 'the pod has no address of IPv6' };
    return withAddress(address, context);
  },
});

/** Only when nothing but the rules says that IPv6 is off, and IPv4 is captured. */
function isOpen({ config, origin, pod, families }: Context): boolean {
  if (origin.enableIpv6 !== 'inferred' || config.enableIpv6 || config.scope === 'host') return false;
  return families.includes('ipv6') && istioTables(pod.ruleset, 'ipv4').length > 0 && !isInet(pod);
}

/** Native tables of a sidecar capture IPv6 anyhow; those of ambient are written in one go or not at all. */
function isInet({ ruleset }: Context['pod']): boolean {
  return istioTables(ruleset, 'ipv6').length > 0;
}

function withAddress({ address }: InterfaceAddress, context: Context): Finding<'NAT0602'>[] {
  const reachable = (context.pod.sockets ?? []).filter((socket) => isReachable(socket, address, context));
  const ports = [...new Set(reachable.map(({ localPort }) => localPort))].join(', ');
  const sockets = reachable.slice(0, QUOTED).map(({ text }): Evidence => ({ kind: 'socket', text }));
  if (reachable.length > 0)
    return [
      leftAlone(
        `The pod has the address ${address}, an application listens there on port ${ports}, and no rule of Istio captures IPv6: clients reach it past the proxy.`,
        sockets,
      ),
    ];
  if (context.config.dataplane === 'sidecar') return [];
  const shown: Evidence = { kind: 'command', command: 'ip addr show', text: address };
  return [
    leftAlone(`The pod has the address ${address}, and no rule of Istio captures IPv6: it goes past ztunnel.`, [shown]),
  ];
}

/** Whoever looked and could not see the addresses has not seen that there is none of IPv6. */
function hiddenAddresses(context: Context): CheckResult<'NAT0602'> {
  const listeners = context.pod.sockets?.filter(
    (socket) => !isInner(socket) && isReachable(socket, socket.localAddress, context),
  );
  if (context.config.dataplane === 'sidecar' && listeners?.length === 0) return [];
  return unseen(
    "Istio's rules are there for IPv4 and not for IPv6, and whether the pod has an address of IPv6 could not be seen",
    'Give --enable-ipv6 true or false to settle it, or look where `ip addr show` can be run.',
  );
}

/** Ambient captures IPv6 unless its agent was told not to (1.23 and later); sidecars only in clusters that have it. */
function unknownAddresses({ config }: Context): CheckResult<'NAT0602'> {
  const usual =
    config.dataplane === 'ambient' && defaultConfig(config.istioVersion, 'istio-init', 'ambient').enableIpv6;
  const evidence: Evidence = { kind: 'command', command: 'ip6tables-save', text: 'no rule of Istio' };
  const right = usual
    ? 'unless ambient.ipv6 is false in this cluster, they are lost'
    : 'that is right in a cluster without IPv6';
  return [
    leftAlone(
      `Istio's rules are there for IPv4 and not for IPv6; ${right}. Give --enable-ipv6 true or false to settle it.`,
      [evidence],
      usual ? 'warning' : 'info',
    ),
  ];
}

function leftAlone(
  message: string,
  evidence: readonly Evidence[],
  severity: 'warning' | 'info' = 'warning',
): Finding<'NAT0602'> {
  return finding('NAT0602', { message, family: 'ipv6', evidence, severity });
}

function isReachable(socket: Socket, address: string, { config }: Context): boolean {
  if (!isListener(socket) || socket.protocol !== 'tcp' || isReserved(socket.localPort, config)) return false;
  return socket.family !== 'ipv4' && ['*', '::', address].includes(socket.localAddress);
}
