import type { Context } from '../../expect/context.ts';
import { istioTables } from '../../istio/chains.ts';
import { isOtherPlane } from '../../istio/planes.ts';
import { PASSTHROUGH } from '../../istio/proxy.ts';
import { compareReleases, parseRelease } from '../../layout/index.ts';
import type { InterfaceAddress } from '../../model/routing.ts';
import { isLoopback, isWildcard } from '../../sockets/address.ts';
import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { bothWays, inboundTo } from '../typical-packet.ts';

/** The release that began to put the address on lo. */
const PASSTHROUGH_SINCE = '1.3.0';
const ANY_PORT = 8080;

/** The address that the proxy calls the application from over IPv6 exists: unlike 127.0.0.6 it does not by itself. */
export const passthroughAddress = defineCheck({
  id: 'ipv6-passthrough-address',
  description: 'the address ::6, from which the proxy calls the application over IPv6, is there',
  codes: ['NAT0604'],
  run: (context) => {
    const { config, pod } = context;
    if (config.dataplane !== 'sidecar' || !config.enableIpv6 || isOlder(config.istioVersion, PASSTHROUGH_SINCE))
      return { skipped: 'the proxy does not call the application over IPv6 from an address of its own' };
    const own = pod.routing?.addresses ?? [];
    if (own.length === 0) return { skipped: 'the addresses of the pod were not shown' };
    if (globalIpv6(context).length === 0) return { skipped: 'the pod has no address of IPv6' };
    if (istioTables(pod.ruleset, 'ipv6').length === 0) return { skipped: 'nothing of IPv6 is captured' };
    if (isOtherPlane(pod.ruleset, 'sidecar')) return { skipped: 'the rules are those of the other data plane' };
    if (own.some(({ address }) => address === PASSTHROUGH.ipv6)) return [];
    return [
      finding('NAT0604', {
        message:
          'IPv6 is captured, and lo does not have the address ::6: the proxy cannot call the application over IPv6.',
        family: 'ipv6',
        evidence: [{ kind: 'command', command: 'ip -6 addr show dev lo', text: `no ${PASSTHROUGH.ipv6}/128` }],
        edits: [{ kind: 'run', argv: ['ip', '-6', 'addr', 'add', `${PASSTHROUGH.ipv6}/128`, 'dev', 'lo'] }],
      }),
    ];
  },
});

/** Istio's native tables see both families, so IPv6 that Istio thinks absent is captured without its exemptions. */
export const ipv6WhileOff = defineCheck({
  id: 'ipv6-while-off',
  description: 'IPv6 is not captured while it is off',
  codes: ['NAT0603'],
  run: (context) => {
    const { config, families } = context;
    const isNative = istioTables(context.pod.ruleset).every(({ backend }) => backend === 'nftables');
    if (!isNative || config.backend !== 'nftables' || config.enableIpv6 || !families.includes('ipv6'))
      return { skipped: 'Istio has rules of its own for IPv6, or none that see it' };
    const [address] = globalIpv6(context);
    if (address === undefined) return { skipped: 'the pod has no address of IPv6, as far as was shown' };
    const { live, intended } = bothWays(inboundTo(ANY_PORT, 'ipv6', context), context);
    const captured = [live, intended].every(({ verdict }) => verdict.kind === 'redirect' || verdict.kind === 'tproxy');
    if (!captured) return [];
    return [
      finding('NAT0603', {
        message: `IPv6 is off for Istio, the pod has the address ${address.address}, and the native tables capture IPv6 TCP all the same, without the exemptions of that family.`,
        family: 'ipv6',
        evidence: [
          {
            kind: 'command',
            command: 'ip -6 addr show',
            text: `${address.address}/${address.prefixLength} on ${address.interface}`,
          },
        ],
      }),
    ];
  },
});

/** The addresses by which other hosts reach the pod over IPv6. */
export function globalIpv6({ pod }: Context): InterfaceAddress[] {
  const addresses = pod.routing?.addresses ?? [];
  return addresses.filter(
    ({ family, scope, interface: name }) => family === 'ipv6' && scope === 'global' && name !== 'lo',
  );
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [parseRelease(version), parseRelease(than)];
  return !('error' in a) && !('error' in b) && compareReleases(a, b) < 0;
}

/**
 * Whether traffic over IPv6 can come to the pod or leave it. Without an address there is none, whatever the rules say;
 * where no address was shown somebody has to have said so, for rules of IPv6 are written in pods without it as well.
 */
export function mayHaveIpv6(context: Context): boolean {
  const { config, origin, pod } = context;
  if (!config.enableIpv6) return false;
  if (pod.routing !== null && pod.routing.addresses.length > 0) return globalIpv6(context).length > 0;
  const isSeen = (pod.sockets ?? []).some(({ localAddress }) => isGlobalIpv6(localAddress));
  return isSeen || origin.enableIpv6 !== 'inferred';
}

function isGlobalIpv6(address: string): boolean {
  return address.includes(':') && !isLoopback(address) && !isWildcard(address) && !address.startsWith('fe80:');
}
