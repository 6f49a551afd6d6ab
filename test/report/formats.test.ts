import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatsOf, type ReportKind, rendererOf } from '../../src/report/formats.ts';

/** Every kind of report, which the compiler holds against the type. */
const KINDS = Object.keys({
  check: 0,
  diff: 0,
  expected: 0,
  explain: 0,
  flow: 0,
  'flow-classes': 0,
  'flow-unreached': 0,
  infer: 0,
  probe: 0,
  sockets: 0,
  trace: 0,
} satisfies Record<ReportKind, 0>) as ReportKind[];

describe('the map of formats', () => {
  it.each(KINDS)('%s can be asked for as JSON, and has a schema', (kind) => {
    expect(formatsOf(kind)).toContain('json');
    expect(readdirSync(new URL('../../schema', import.meta.url))).toContain(`${kind}.schema.json`);
  });

  it.each(KINDS)('%s has a renderer for every format that it offers', async (kind) => {
    for (const format of formatsOf(kind)) expect(await rendererOf(kind, format), format).toBeTypeOf('function');
  });

  it('does not offer what is only written line by line', async () => {
    expect(formatsOf('trace')).toEqual(['table', 'json', 'yaml', 'markdown']);
    expect(await rendererOf('trace', 'jsonl')).toBeTypeOf('function');
  });

  it('refuses a format that a kind has not', async () => {
    await expect(rendererOf('check', 'nft')).rejects.toThrow('check has no form nft');
  });
});
