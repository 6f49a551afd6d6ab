import { describe, expect, it } from 'vitest';
import { readSuppressions } from '../../src/cli/suppressions.ts';
import type { FileContent } from '../../src/collect/files.ts';
import { outsideOf } from '../diagnose/recorded.ts';

const NOW = new Date('2026-12-31T23:59:59Z');
const GOOD = '- {code: NAT0203, reason: known}';

const read = (texts: Readonly<Record<string, string>>) => readSuppressions(Object.keys(texts), outsideOf(texts), NOW);

describe('files of suppressions', () => {
  it('are read one after the other, for the day that it is in Greenwich', async () => {
    const { entries, today } = await read({ 'a.yaml': GOOD, 'b.yaml': GOOD });
    expect(entries.map(({ file }) => file)).toEqual(['a.yaml', 'b.yaml']);
    expect(today).toBe('2026-12-31');
  });

  it('are wrong usage where they are malformed, with file, line and an example', async () => {
    await expect(read({ 'a.yaml': GOOD, 'b.yaml': '- code: NAT0203\n  reson: x\n' })).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('--suppress b.yaml:2: unknown key "reson"; did you mean reason?'),
      hint: expect.stringContaining('- {code: NAT0203'),
    });
  });

  it('have no more errors told than are of use', async () => {
    const error = await read({ 'a.yaml': '- x\n'.repeat(100) }).then(
      () => new Error('none'),
      (thrown: Error) => thrown,
    );
    expect(error.message.split('\n')).toHaveLength(21);
    expect(error.message).toContain('and 80 more');
  });

  it('are wrong usage where they cannot be read', async () => {
    const missing: FileContent = { error: 'missing', message: 'there is no such file' };
    const outside = { ...outsideOf({}), readInput: async () => missing };
    await expect(readSuppressions(['a.yaml'], outside, NOW)).rejects.toThrow(
      '--suppress a.yaml: there is no such file',
    );
  });

  it('are not read from standard input, which is for rules', async () => {
    await expect(read({ '-': GOOD })).rejects.toThrow('standard input is for rules');
  });
});
