import { expect, test } from 'vitest';
import { boundedRunner } from '../../src/collect/bounded-runner.ts';
import type { CommandOptions, CommandRunner } from '../../src/collect/runner.ts';
import { INPUT_LIMITS } from '../../src/model/limits.ts';

function recorded() {
  const asked: (CommandOptions & { readonly tool: string })[] = [];
  const runner: CommandRunner = {
    run: async (argv, options = {}) => {
      asked.push({ tool: argv[0], ...options });
      return { argv, path: '/x', exitCode: 0, stdout: '', stderr: '', failure: null, durationMs: 1 };
    },
  };
  return { asked, runner };
}

test('a tool may print as much as its answer can have', async () => {
  const { asked, runner } = recorded();
  const bounded = boundedRunner(runner);
  for (const tool of ['nft', 'ss', 'ip'] as const) await bounded.run([tool]);
  const { outputBytes, socketsBytes, routingBytes } = INPUT_LIMITS;
  expect(asked.map(({ maxBytes }) => maxBytes)).toEqual([outputBytes, socketsBytes, routingBytes]);
});

test('all tools together have a time, and none is started behind it', async () => {
  const { asked, runner } = recorded();
  let now = 1000;
  const bounded = boundedRunner(runner, () => now);
  await bounded.run(['nft']);
  now += 4000;
  await bounded.run(['ip']);
  now += 2000;
  const late = await bounded.run(['ss']);
  expect(asked.map(({ tool, timeoutMs }) => [tool, timeoutMs])).toEqual([
    ['nft', 5000],
    ['ip', 2000],
  ]);
  const message = 'ss was not run, because the tools before it took 6 s';
  expect(late).toMatchObject({ exitCode: null, path: null, failure: { kind: 'timed-out', message } });
});
