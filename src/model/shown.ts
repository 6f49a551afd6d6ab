import type { Family } from './family.ts';

/**
 * How a table came to be known: asked of the kernel now, a listing that somebody saved in one of its forms, or text for
 * iptables-restore, which says what somebody wanted and not what came of it.
 */
export type ShownForm = 'kernel' | 'save' | 'list-rules' | 'list' | 'nft' | 'restore';

/** What a table that was shown does not show: with it, no rule of the table can be called missing, and none be vouched for. */
export interface Lack {
  /** What could not be seen, and how one can tell, as a clause: `only its chain ISTIO_OUTPUT is shown`. */
  readonly what: string;
  /** What to give instead, as an imperative. */
  readonly instead: string;
  /** It is known where rules are missing: the pod's gaps say it. */
  readonly inGaps?: true;
}

/** A table that was shown, how, and how completely. */
export interface ShownTable {
  readonly family: Family;
  readonly table: string;
  readonly form: ShownForm;
  /** File name, `stdin`, or the command line. */
  readonly source: string;
  /** 1-based line where it begins; 0: nowhere in particular. */
  readonly line: number;
  /** None: all of it is shown, as far as anybody can tell. */
  readonly lacks: readonly Lack[];
}

/** What shows all of a table, whatever it was that did not. */
export const SHOWS_ALL = 'Give the output of iptables-save (or of iptables -t TABLE -S), whole';

/** How reports say that rules were read as somebody wanted them, not as the kernel has them. */
export const AS_ASKED_FOR = 'as asked for; not seen in the kernel';
