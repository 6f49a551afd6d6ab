/** An IP family as istio-nat names it everywhere. */
export type Family = 'ipv4' | 'ipv6';

/** The family of a netfilter table; `inet` tables (native nftables) see both. */
export type TableFamily = Family | 'inet';

/** Both families, in the order in which reports list them. */
export const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];
