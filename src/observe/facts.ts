import type { Metadata, Pod } from '../model/pod.ts';
import type { Source } from '../model/report.ts';

/** A pod as it was seen, where that was, and what the pod says about itself (live only). */
export interface Facts extends Metadata {
  readonly pod: Pod;
  readonly source: Source;
  /** Addresses of the name servers in /etc/resolv.conf (live only). */
  readonly resolvers: readonly string[];
  /** When there was nothing left to wait for but our own work, by the clock of `performance.now`; that work takes time too. */
  readonly begun?: number;
}
