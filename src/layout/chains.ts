/** The chains that Istio makes in iptables. */
export const IN = 'ISTIO_INBOUND';
export const OUT = 'ISTIO_OUTPUT';
export const REDIRECT = 'ISTIO_REDIRECT';
export const IN_REDIRECT = 'ISTIO_IN_REDIRECT';
export const DIVERT = 'ISTIO_DIVERT';
export const TPROXY = 'ISTIO_TPROXY';
export const DROP_CHAIN = 'ISTIO_DROP';
export const DNS = 'ISTIO_OUTPUT_DNS';
/** Ambient. */
export const PRERT = 'ISTIO_PRERT';
export const POSTRT = 'ISTIO_POSTRT';
