import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { EXAMPLE_ENTRY } from '../../src/suppress/entry.ts';
import { parseEntries } from '../../src/suppress/parse.ts';
import { outsideOf, textsOf } from '../diagnose/recorded.ts';
import { podOf, runInPod } from './in-pod.ts';
import { commandsOf } from './shell.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const text = read('docs/suppressions.md');
const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];
const isFile = new Ajv({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(read('schema/suppress.schema.json')),
);

describe('the page about suppressions', () => {
  it('has an example that is read as it stands', () => {
    const { entries, errors } = parseEntries(example, 'known.yaml');
    expect(errors).toEqual([]);
    expect(entries[0]?.selector).toEqual({
      namespace: ['shop'],
      pod: ['web-*'],
      chain: ['ISTIO_INBOUND'],
      table: ['nat'],
      port: [
        [8080, 8080],
        [9000, 9010],
      ],
    });
  });

  it('has a command that is answered', async () => {
    const pod = podOf('inbound-port-excluded');
    expect(outsideOf(textsOf(pod))).toBeDefined();
    for (const line of commandsOf(text)) {
      const withFile = {
        ...pod,
        files: { ...pod.files, 'known.yaml': example.replace(/ {4}(?:namespace|pod): .*\n/g, '') },
      };
      const { stdout, exitCode } = await runInPod(line, withFile);
      expect(stdout).toContain('suppressed');
      expect(exitCode).toBe(0);
    }
  });
});

describe('the schema for editors', () => {
  it.each([example, EXAMPLE_ENTRY, '[]', '- {code: 203, reason: x}'])('takes what is read: %j', (yaml) => {
    expect(parseEntries(yaml, 'f').errors).toEqual([]);
    expect(isFile(parse(yaml)), JSON.stringify(isFile.errors)).toBe(true);
  });

  it.each([
    'code: NAT0203',
    '- {code: NAT0203}',
    '- {code: NAT0203, reason: ""}',
    '- {code: NAT0203, reason: x, until: 2027-01-01}',
    '- {code: NAT0203, reason: x, expires: soon}',
    '- {code: NAT0203, reason: x, selector: {port: 0}}',
    '- {code: NAT0203, reason: x, selector: {port: []}}',
    '- {code: NAT0203, reason: x, selector: {pod: a b}}',
  ])('refuses what is refused: %s', (yaml) => {
    expect(parseEntries(yaml, 'f').errors).not.toEqual([]);
    expect(isFile(parse(yaml))).toBe(false);
  });
});
