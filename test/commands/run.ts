import { fileURLToPath } from 'node:url';
import type { Command } from '@oclif/core/command';
import { Config } from '@oclif/core/config';
import { captureOutput } from '@oclif/test';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What a command did. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | string | null | undefined;
}

/** Runs a command of the sources in this process. The environment's variables that the program reads are taken away. */
export async function run(
  command: Command.Class,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const config = await Config.load({ root: ROOT });
  const before = { exitCode: process.exitCode, env: process.env };
  const inherited = Object.entries(process.env).filter(([name]) => !/^(ISTIO_NAT_|NO_COLOR|FORCE_COLOR)/.test(name));
  process.env = { ...Object.fromEntries(inherited), ...env };
  process.exitCode = undefined;
  try {
    const { stdout, stderr, error } = await captureOutput(() => command.run([...argv], config), { stripAnsi: false });
    if (error !== undefined) throw error;
    return { stdout, stderr, exitCode: process.exitCode };
  } finally {
    process.exitCode = before.exitCode;
    process.env = before.env;
  }
}
