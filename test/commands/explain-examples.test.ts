import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '@oclif/core/command';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/commands/index.ts';
import { CATALOGUE } from '../../src/diagnose/catalogue/index.ts';
import { run } from './run.ts';

/** What stands for the words in capitals that a reader replaces. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  'X.Y.Z': '1.28.10',
  POD_IP: '10.0.0.5',
  PEER: '192.0.2.9',
  ADDRESS: '192.0.2.9',
  RESOLVER: '192.0.2.53',
  PORT: '8080',
  UID: '1000',
};

const EXAMPLES = CATALOGUE.flatMap(({ code, confirm }) =>
  confirm.filter(({ command }) => command.startsWith('istio-nat ')).map(({ command }) => [code, command] as const),
);

function words(command: string): string[] {
  return command
    .split(' ')
    .slice(1)
    .map((word) => PLACEHOLDERS[word] ?? word);
}

const folder = mkdtempSync(join(tmpdir(), 'istio-nat-explain-'));
const rules = join(folder, 'rules');
beforeAll(async () => {
  const { stdout } = await run(commands.expected, ['--istio-version', '1.28.10', '-o', 'save', '--family', 'ipv4']);
  writeFileSync(rules, stdout);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A trace looks at the rules of a healthy pod in place of those of this machine. */
function argvOf([name = '', ...argv]: readonly string[]): { command: Command.Class; argv: string[] } {
  if (name === 'trace') return { command: commands.trace, argv: [...argv, '--rules', rules] };
  if (name === 'expected') return { command: commands.expected, argv };
  throw new Error(`no test for ${name}`);
}

describe('the commands that explain suggests', () => {
  it.each(EXAMPLES)('%s: %s is answered', async (_, example) => {
    const { command, argv } = argvOf(words(example));
    const { stdout, exitCode } = await run(command, argv);
    expect(exitCode).toBe(0);
    expect(stdout).not.toBe('');
  });

  it('show for a healthy pod what its findings say it should', async () => {
    const verdictOf = async (code: string): Promise<string> => {
      const example = EXAMPLES.find(([of]) => of === code)?.[1] ?? '';
      const { command, argv } = argvOf(words(example));
      return (await run(command, argv)).stdout;
    };
    expect(await verdictOf('NAT0101')).toContain('redirected to port 15006');
    expect(await verdictOf('NAT0102')).toContain('redirected to port 15001');
    expect(await verdictOf('NAT0301')).toContain('left alone');
    expect(await verdictOf('NAT0402')).toContain('--zone');
    expect(await verdictOf('NAT0501')).toContain('TPROXY');
  });
});
