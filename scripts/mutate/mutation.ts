/** One change of one operator, in one file. */
export interface Mutation {
  /** From the root of the repository. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** The part of the text that is replaced. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** The expression or statement around it, before and after, on one line. */
  readonly before: string;
  readonly after: string;
}

/** How a mutation is shown. */
export function mutationText({ file, line, before, after }: Mutation): string {
  return `${file}:${line}\n    ${before}\n  → ${after}`;
}
