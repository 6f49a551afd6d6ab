import { INPUT_LIMITS } from '../model/limits.ts';
import type { Argv, CommandOptions, CommandResult, CommandRunner } from './runner.ts';

/** How long a single tool may take. */
const TOOL_MS = 5_000;

/** What a tool may print: about rules more than about anything else. */
const MOST_BYTES: Readonly<Record<string, number>> = {
  ip: INPUT_LIMITS.routingBytes,
  ss: INPUT_LIMITS.socketsBytes,
};

/**
 * Runs tools for a live look, all of which together have `INPUT_LIMITS.collectSeconds`: a dozen that hang one after the
 * other would keep somebody waiting for a minute. What is then not run any more counts as timed out.
 */
export function boundedRunner(runner: CommandRunner, now: () => number = () => performance.now()): CommandRunner {
  const end = now() + INPUT_LIMITS.collectSeconds * 1000;
  return {
    run: (argv: Argv, options: CommandOptions = {}): Promise<CommandResult> => {
      const left = Math.round(end - now());
      if (left <= 0) return Promise.resolve(notRun(argv));
      const maxBytes = MOST_BYTES[argv[0]] ?? INPUT_LIMITS.outputBytes;
      return runner.run(argv, { maxBytes, timeoutMs: Math.min(TOOL_MS, left), ...options });
    },
  };
}

function notRun(argv: Argv): CommandResult {
  const message = `${argv[0]} was not run, because the tools before it took ${INPUT_LIMITS.collectSeconds} s`;
  return {
    argv,
    path: null,
    exitCode: null,
    stdout: '',
    stderr: '',
    failure: { kind: 'timed-out', message },
    durationMs: 0,
  };
}
