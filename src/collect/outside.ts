import type { FileContent, FileReader, ReadLimits } from './files.ts';
import type { Line } from './lines.ts';
import type { CommandRunner } from './runner.ts';

/** Everything a use case can reach outside of this process. Tests hand in recordings. */
export interface Outside {
  readonly runner: CommandRunner;
  readonly files: FileReader;
  /** A file that the user named; `-` is standard input. Never rejects. */
  readInput(path: string, limits: ReadLimits): Promise<FileContent>;
  /** The same in lines, as many at a time as have come, no faster than they are asked for. Throws a CannotLook. */
  readLines(path: string): AsyncIterable<readonly Line[]>;
}

/** This machine, and which of its tools were run from elsewhere than where systems keep them. */
export interface Machine extends Outside {
  foreignTools(): { readonly name: string; readonly path: string }[];
}
