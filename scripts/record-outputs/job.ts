/** What is written to one file: runs in a folder that holds these texts and nothing else. */
export interface Job {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly runs: readonly Run[];
}

/** The arguments, or the arguments with what the terminal and the environment are. */
export type Run = readonly string[] | Shown;

/** A run that is not the plain one: no terminal, no colour. */
export interface Shown {
  readonly argv: readonly string[];
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a run printed, with how it ended. */
export interface Output {
  readonly code: string;
  readonly text: string;
}

/** What a job came to. */
export interface Answer {
  readonly outputs: readonly Output[];
  readonly cpuSeconds: number;
}

/** Each run as a table and as JSON. */
export function bothForms(runs: readonly (readonly string[])[]): string[][] {
  return runs.flatMap((run) => [[...run], [...run, '--json']]);
}

/** The argument for each file: `--rules a --rules b`. */
export function rulesArguments(names: readonly string[]): string[] {
  return names.flatMap((name) => ['--rules', name]);
}
