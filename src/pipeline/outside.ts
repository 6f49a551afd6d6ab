import type { Network } from '../collect/attempt.ts';
import type { FileContent, FileReader, ReadLimits } from '../collect/files.ts';
import type { Line } from '../collect/lines.ts';
import type { CommandRunner } from '../collect/runner.ts';
import { CannotLook } from '../model/errors.ts';

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

/** This machine, as this process sees it. Each part is loaded when it is first used: most runs start no program. */
export function thisMachine(): Machine {
  const foreign = new Map<string, string>();
  return {
    runner: {
      run: async (argv, options) => {
        const { localRunner } = await import('../collect/local-runner.ts');
        const { isSystemTool } = await import('../collect/executable.ts');
        const result = await localRunner().run(argv, options);
        if (result.path !== null && !isSystemTool(result.path)) foreign.set(argv[0], result.path);
        return result;
      },
    },
    foreignTools: () => [...foreign].map(([name, path]) => ({ name, path })),
    files: {
      read: async (path) => (await import('../collect/files.ts')).localFiles().read(path),
      holders: async () => (await import('../collect/files.ts')).localFiles().holders(),
    },
    readInput: async (path, limits) => (await import('../collect/input.ts')).readInput(path, limits),
    readLines: lines,
  };
}

/** The network of this machine, for what is sent only when asked for. */
export function thisNetwork(): Network {
  return {
    attempt: async (attempt, whileOpen) =>
      (await import('../collect/local-network.ts')).localNetwork().attempt(attempt, whileOpen),
  };
}

async function* lines(path: string): AsyncGenerator<readonly Line[]> {
  const { readLines } = await import('../collect/lines.ts');
  try {
    yield* readLines(path);
  } catch (error) {
    const { fileError } = await import('../collect/file-error.ts');
    const name = path === '-' ? 'stdin' : path;
    throw new CannotLook(`--packets ${name}: ${fileError(error).message}`, {
      hint: 'Give a text file with one packet a line, or - for standard input.',
      cause: error,
    });
  }
}
