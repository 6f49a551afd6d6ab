/** A line without what was wrapped around it. */
export interface Peeled {
  /** Several lines where a record of a log holds them. */
  readonly text: string;
  /** Which of several sources the log has the line from. */
  readonly stream?: string;
  /** The line goes on in the next record. */
  readonly open?: true;
  /** It reaches the edge of its frame. */
  readonly full?: true;
}

/**
 * A kind of wrapping that each line shows by itself, and that no line of iptables, nft, ss or ip can look like. Null for
 * a line that is not wrapped like this.
 */
export type Wrapper = (line: string) => Peeled | null;
