import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '@oclif/core/command';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Check } from '../../src/commands/check.ts';
import { Diff } from '../../src/commands/diff.ts';
import { Expected } from '../../src/commands/expected.ts';
import { Flow } from '../../src/commands/flow.ts';
import { Infer } from '../../src/commands/infer.ts';
import { Sockets } from '../../src/commands/sockets.ts';
import { Trace } from '../../src/commands/trace.ts';
import { run } from './run.ts';

/** Files that somebody could name by mistake. `hunter2` is in each of them what must not be shown. */
const FILES: Readonly<Record<string, string>> = {
  shadow: 'root:$6$hunter2:20000:0\nhunter2:$y$hunter2:1\n',
  'a private key': '-----BEGIN PRIVATE KEY-----\nhunter2hunter2\n-----END PRIVATE KEY-----\n',
  variables: 'DB_PASSWORD=hunter2\nexport OTHER=hunter2\n',
  yaml: 'password: hunter2\nother: hunter2\n',
  token: `"${'hunter2'.repeat(9)}"`,
  'a JSON object': '{"user": {"name": "hunter2"}, "hunter2": "hunter2", "b": ["hunter2"]}',
  'JSON that is broken': '{"user": "x", "hunter2" "hunter2", hunter2}',
  'a JSON list': '[{"user": "hunter2"}, "hunter2"]',
  'lines of JSON': '{"user": "hunter2", "hunter2": 1}\n{"hunter2": "x", "user": "hunter2"}\n',
  'a log': 'Nov 28 kernel: hello\nNov 28 sshd: Permission denied for hunter2\nhunter2\n',
};

/** `#` stands for the strange file, `=` for ordinary rules. */
const PACKET = '--hook OUTPUT --destination 10.0.0.1 --destination-port 80 --out-interface eth0';
const ASKED: readonly (readonly [Command.Class, string])[] = [
  [Check, '--rules #'],
  [Check, '--rules = --sockets #'],
  [Check, '--rules = --config #'],
  [Diff, '--rules #'],
  [Diff, '--rules = --against #'],
  [Diff, '--rules = --config #'],
  [Infer, '--rules #'],
  [Infer, '--rules = --config #'],
  [Flow, '--rules #'],
  [Flow, '--rules # --classes'],
  [Flow, '--rules # --unreached'],
  [Flow, '--rules = --config #'],
  [Sockets, '--rules #'],
  [Sockets, '--sockets #'],
  [Sockets, '--rules = --sockets #'],
  [Trace, `--rules # ${PACKET}`],
  [Trace, '--rules = --packets #'],
  [Expected, '--config #'],
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'istio-nat-strange-'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'rules'), '*nat\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n');
});

afterAll(() => rmSync(folder, { recursive: true }));

const CASES = Object.keys(FILES).flatMap((name) =>
  ASKED.map(([command, line]) => [name, command.name.toLowerCase(), line, command] as const),
);

describe('a file that is none of ours', () => {
  it.each(CASES)('%s: %s %s', async (name, _, line, command) => {
    const named = (word: string) => (word === '#' ? join(folder, name) : word === '=' ? join(folder, 'rules') : word);
    for (const format of [[], ['-o', 'json']]) {
      const { stdout, stderr } = await run(command, [...line.split(' ').map(named), ...format]);
      expect(stdout + stderr).not.toContain('hunter2');
      for (const text of [stdout, stderr]) expect(text.split('it begins with').length).toBeLessThanOrEqual(2);
    }
  });
});
