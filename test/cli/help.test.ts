import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core/config';
import { captureOutput } from '@oclif/test';
import { describe, expect, it } from 'vitest';
import { printHelp } from '../../src/cli/help.ts';
import { commands } from '../../src/commands/index.ts';
import { CONFIG_KEYS } from '../../src/parse/config/keys.ts';

const config = await Config.load({ root: fileURLToPath(new URL('../..', import.meta.url)) });
const NAMES = Object.keys(commands);

async function help(command: string, short: boolean): Promise<string[]> {
  const { stdout } = await captureOutput(() => printHelp(config, [command], { short }));
  return stdout.split('\n');
}

describe.each(NAMES)('help of %s', (name) => {
  it('is a screen or so with -h: usage, flags, at most three examples, and where all flags are', async () => {
    const lines = await help(name, true);
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines).toContain(`  --help for all flags: istio-nat ${name} --help`);
    const commandLines = lines.slice(lines.indexOf('EXAMPLES')).filter((line) => line.startsWith('    $ '));
    expect(commandLines.length).toBeGreaterThan(0);
    expect(commandLines.length).toBeLessThanOrEqual(3);
  });

  it('names every flag with --help', async () => {
    const text = (await help(name, false)).join('\n');
    const { flags } = config.findCommand(name, { must: true });
    for (const flag of Object.keys(flags)) expect(text).toMatch(new RegExp(`--(\\[no-\\])?${flag}\\b`));
  });

  it('fills 80 columns at most, and breaks no word', async () => {
    for (const short of [true, false]) {
      // The list of formats is one word.
      const lines = (await help(name, short)).filter((line) => line.trim().includes(' ')).slice(1);
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
    }
  });
});

describe('long help', () => {
  it('shows every annotation in one piece', async () => {
    const words = (await help('check', false)).join('\n').split(/[\s,:]+/);
    const annotations = CONFIG_KEYS.flatMap(({ description }) => description.match(/[\w.]*istio\.io\/[\w-]+/g) ?? []);
    expect(annotations.length).toBeGreaterThan(5);
    expect(words).toEqual(expect.arrayContaining(annotations));
  });

  it('has what is looked at before the long list of inputs, and most inputs on one line', async () => {
    const lines = await help('check', false);
    const inputs = lines.indexOf('EXPECTED CONFIGURATION FLAGS');
    expect(lines.indexOf('SOURCE FLAGS')).toBeLessThan(inputs);
    const rows = lines.slice(inputs + 1, lines.indexOf('', inputs));
    expect(rows.length).toBeLessThan(CONFIG_KEYS.length * 1.8);
  });
});
