/** The chains of Istio's own nftables tables. The same name stands for a different chain in each table. */
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
