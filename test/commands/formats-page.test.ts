import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/commands/index.ts';
import { type FormatName, formatsOf } from '../../src/report/formats.ts';
import { run } from './run.ts';

const PAGE = readFileSync(new URL('../../docs/formats.md', import.meta.url), 'utf8');
const EXAMPLES = [...PAGE.matchAll(/^```console\n\$ istio-nat check (.*)\n([^`]*)```$/gm)].map(
  ([, argv = '', text = '']) => ({
    argv,
    text,
  }),
);

describe('docs/formats.md', () => {
  it('has an example of every format that pipelines read', () => {
    const shown = EXAMPLES.map(({ argv }) => /-o (\w+)/.exec(argv)?.[1]);
    expect(shown).toEqual(formatsOf('check').filter((format) => format !== 'table' && format !== 'json'));
  });

  it.each(EXAMPLES)('shows what is printed: check $argv', async ({ argv, text }) => {
    const { stdout } = await run(commands.check, argv.split(' '));
    // `…` stands for what was left out: within a line, or lines.
    const pattern = text
      .trimEnd()
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^]*?');
    expect(stdout).toMatch(new RegExp(`^${pattern}`));
  });

  it('names the commands that have each format', () => {
    const rows = PAGE.matchAll(/^\| `(junit|sarif|github|prometheus)` \|.*\| (.*) \|$/gm);
    const told = Object.fromEntries(
      [...rows].map(([, format, names = '']) => [format, names.replaceAll('`', '').split(', ')]),
    );
    const having = (format: FormatName) =>
      (['check', 'diff', 'flow', 'infer', 'probe', 'sockets', 'trace'] as const).filter((kind) =>
        formatsOf(kind).includes(format),
      );
    expect(told).toEqual({
      junit: having('junit'),
      sarif: having('sarif'),
      github: having('github'),
      prometheus: having('prometheus'),
    });
  });
});
