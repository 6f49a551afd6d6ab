import { spawn } from 'node:child_process';

/** What a command printed, and its exit code. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

const ENTER_NAMESPACE = 'nsenter';

/** Runs a command in a network namespace given by path; never throws for a failing command, only for a missing one. */
export function runInside(namespace: string, argv: readonly string[], input = ''): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(ENTER_NAMESPACE, [`--net=${namespace}`, ...argv], { env: { ...process.env, LC_ALL: 'C' } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ stdout, stderr, exitCode }));
    // a command that does not read its input may be gone before it is written
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/**
 * The output of a command that must succeed.
 * @throws Error with the command, its exit code, what it said, and the input it was given
 */
export async function outputOf(namespace: string, argv: readonly string[], input = ''): Promise<string> {
  const { stdout, stderr, exitCode } = await runInside(namespace, argv, input);
  if (exitCode === 0) return stdout;
  throw new Error(`${argv.join(' ')} exited with ${exitCode}: ${stderr.trim()}${input && `\nits input:\n${input}`}`);
}
