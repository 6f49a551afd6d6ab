import type { Evidence, Finding, QuotedRule, Source } from '../model/report.ts';

/** A line of a file that the user named. */
export interface FileLine {
  readonly file: string;
  /** 1-based; left out where only the file is known. */
  readonly line?: number;
}

/** A chain, or a rule of one. */
export type Spot = Pick<QuotedRule, 'table' | 'chain'> & Partial<Pick<QuotedRule, 'index'>>;

/**
 * Where in the user's files something is: the line of the first rule or input that is quoted from one of them, else the
 * first file. Null where rules were read from the kernel, or come with istio-nat: nobody has such a file.
 */
export function fileLineOf(evidence: readonly Evidence[], source: Source): FileLine | null {
  if (source.kind !== 'rules') return null;
  const lines = evidence.flatMap((one) => lineOf(one, source.files));
  const [file] = source.files.filter((name) => name !== STANDARD_INPUT);
  return lines[0] ?? (file === undefined ? null : { file });
}

const STANDARD_INPUT = '-';

function lineOf(evidence: Evidence, files: readonly string[]): FileLine[] {
  if (evidence.kind !== 'rule' && evidence.kind !== 'input') return [];
  const { source: file, line } = evidence;
  if (file === undefined || file === STANDARD_INPUT || !files.includes(file) || !line) return [];
  return [{ file, line }];
}

/** The chains and rules that a finding is about, the guilty one first. */
export function spotsOf({ evidence, differences }: Pick<Finding, 'evidence' | 'differences'>): readonly Spot[] {
  const quoted = evidence.filter((one) => one.kind === 'rule' || one.kind === 'chain');
  if (quoted.length > 0) return quoted;
  return differences.flatMap(({ liveRule, expectedRule }) => liveRule ?? expectedRule ?? []).slice(0, 1);
}
