import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { podOf, runInPod, wordsOf } from './in-pod.ts';
import { commandsOf, indentedCommands } from './shell.ts';

const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const lines = [...indentedCommands(text), ...commandsOf(text).filter((line) => line.startsWith('istio-nat '))];

describe('the README', () => {
  it('has commands', () => {
    expect(lines.length).toBeGreaterThan(10);
  });

  it.each(lines)('%s is answered', async (line) => {
    const isProbe = wordsOf(line)[1] === 'probe';
    // It looks at a live pod only, and would send packets from this machine.
    const pod = podOf(isProbe ? 'nothing-started' : 'inbound-port-excluded');
    const more = isProbe && !line.includes('--dry-run') ? ['--dry-run'] : [];
    const { stdout, stderr, exitCode } = await runInPod(line, pod, more);
    expect([0, 1], stderr).toContain(exitCode ?? 0);
    expect(stdout).not.toBe('');
  });
});
