/**
 * The chains that Istio makes in iptables (istio-iptables.sh; tools/istio-iptables/pkg/constants/constants.go since 1.4).
 * A sidecar's: IN_REDIRECT came with 1.3, DROP_CHAIN with 1.24, DNS with 1.25.
 */
export const IN = 'ISTIO_INBOUND';
export const OUT = 'ISTIO_OUTPUT';
export const REDIRECT = 'ISTIO_REDIRECT';
export const IN_REDIRECT = 'ISTIO_IN_REDIRECT';
export const DIVERT = 'ISTIO_DIVERT';
export const TPROXY = 'ISTIO_TPROXY';
export const DROP_CHAIN = 'ISTIO_DROP';
export const DNS = 'ISTIO_OUTPUT_DNS';
/** Ambient's beside ISTIO_OUTPUT, and its one on the node (cni/pkg/iptables/iptables.go). */
export const PRERT = 'ISTIO_PRERT';
export const POSTRT = 'ISTIO_POSTRT';

/** Whether a name is one that Istio gives to chains in iptables. */
export function hasIstioPrefix(name: string): boolean {
  return name.startsWith('ISTIO_');
}
