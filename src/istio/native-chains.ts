/**
 * The chains of Istio's own nftables tables (tools/istio-nftables/pkg/constants/constants.go, 1.27; ambient's: 1.28). The
 * same name stands for a different chain in each table.
 */
export const PREROUTING = 'prerouting';
export const OUTPUT = 'output';
export const POSTROUTING = 'postrouting';
export const IN = 'istio-inbound';
export const OUT = 'istio-output';
export const REDIRECT = 'istio-redirect';
export const IN_REDIRECT = 'istio-in-redirect';
export const DNS = 'istio-output-dns';
export const DIVERT = 'istio-divert';
export const TPROXY = 'istio-tproxy';
export const DROP_CHAIN = 'istio-drop';
export const PRERT = 'istio-prerouting';

/** The order in which Istio declares the chains of its tables; nft lists them in that order. */
const HOOKS: readonly string[] = [PREROUTING, OUTPUT, POSTROUTING];
export const ORDER = [...HOOKS, DIVERT, TPROXY, IN, REDIRECT, IN_REDIRECT, PRERT, OUT, DNS, DROP_CHAIN];
