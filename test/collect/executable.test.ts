import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findExecutable, isSystemTool } from '../../src/collect/executable.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'istio-nat-path-'));
  for (const directory of ['bin', 'sbin', 'first']) mkdirSync(join(root, directory));
});

afterEach(() => rmSync(root, { recursive: true }));

function tool(path: string, mode = 0o755): string {
  writeFileSync(join(root, path), '#!/bin/sh\n');
  chmodSync(join(root, path), mode);
  return join(root, path);
}

test('the first executable along PATH', () => {
  const first = tool('first/nft');
  tool('bin/nft');
  expect(findExecutable('nft', `${root}/first:${root}/bin`)).toEqual({ kind: 'found', path: first });
});

test('a file that cannot be executed is passed over', () => {
  const unusable = tool('first/nft', 0o644);
  const usable = tool('bin/nft');
  expect(findExecutable('nft', `${root}/first:${root}/bin`)).toEqual({ kind: 'found', path: usable });
  expect(findExecutable('nft', `${root}/first`)).toEqual({ kind: 'not-executable', path: unusable });
});

test('sbin next to a bin of PATH, after all of PATH', () => {
  const path = tool('sbin/nft');
  expect(findExecutable('nft', `${root}/bin`)).toEqual({ kind: 'found', path });
  const first = tool('first/nft');
  expect(findExecutable('nft', `${root}/bin:${root}/first`)).toEqual({ kind: 'found', path: first });
});

test('a PATH without the system directories is respected', () => {
  expect(findExecutable('sh', `${root}/first`)).toEqual({ kind: 'not-found' });
});

test.each([undefined, '', '.:bin'])('without a usable PATH (%s) the usual directories are searched', (path) => {
  expect(findExecutable('sh', path)).toMatchObject({ kind: 'found' });
});

test('the working directory is never searched', () => {
  expect(findExecutable('package.json', `.:${root}/bin`)).toEqual({ kind: 'not-found' });
});

test('a directory where every user may put programs is passed over, and named where there is no other', () => {
  const exposed = tool('first/nft');
  chmodSync(join(root, 'first'), 0o1777);
  expect(findExecutable('nft', `${root}/first`)).toEqual({
    kind: 'not-executable',
    path: exposed,
    reason: `is not run from ${root}/first, where every user may put programs`,
  });
  const path = tool('bin/nft');
  expect(findExecutable('nft', `${root}/first:${root}/bin`)).toEqual({ kind: 'found', path });
});

test.each([
  ['/usr/sbin/nft', true],
  ['/bin/ss', true],
  ['/usr/local/sbin/ip', true],
  ['/opt/bin/ss', false],
  ['/usr/bin/x/ss', false],
])('%s is where a system keeps its tools: %s', (path, expected) => {
  expect(isSystemTool(path)).toBe(expected);
});
