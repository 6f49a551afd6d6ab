import { CannotLook } from '../model/errors.ts';
import type { Network } from './attempt/attempt.ts';
import type { Line } from './lines.ts';
import type { Machine } from './outside.ts';

/** This machine, as this process sees it. Each part is loaded when it is first used: most runs start no program. */
export function thisMachine(): Machine {
  const foreign = new Map<string, string>();
  return {
    runner: {
      run: async (argv, options) => {
        const { localRunner } = await import('./local-runner.ts');
        const { isSystemTool } = await import('./executable.ts');
        const result = await localRunner().run(argv, options);
        if (result.path !== null && !isSystemTool(result.path)) foreign.set(argv[0], result.path);
        return result;
      },
    },
    foreignTools: () => [...foreign].map(([name, path]) => ({ name, path })),
    files: {
      read: async (path) => (await import('./files.ts')).localFiles().read(path),
      holders: async () => (await import('./files.ts')).localFiles().holders(),
      isFirstProcessHere: async () => (await import('./network-namespace.ts')).isFirstProcessHere(),
    },
    readInput: async (path, limits) => (await import('./input.ts')).readInput(path, limits),
    readLines: lines,
  };
}

/** The network of this machine, for what is sent only when asked for. */
export function thisNetwork(): Network {
  return {
    attempt: async (attempt, whileOpen) =>
      (await import('./attempt/local-network.ts')).localNetwork().attempt(attempt, whileOpen),
  };
}

async function* lines(path: string): AsyncGenerator<readonly Line[]> {
  const { readLines } = await import('./lines.ts');
  try {
    yield* readLines(path);
  } catch (error) {
    const { fileError } = await import('./file-error.ts');
    const name = path === '-' ? 'stdin' : path;
    throw new CannotLook(`--packets ${name}: ${fileError(error).message}`, {
      hint: 'Give a text file with one packet a line, or - for standard input.',
      cause: error,
    });
  }
}
