import fc from 'fast-check';
import { expect, it } from 'vitest';
import { headOf } from '../../src/parse/head.ts';

it.each([
  ['', null],
  [' \n\t\n', null],
  ['\nonce upon a time\nsecond', 'it begins with "once upon a time"'],
  ['root:$6$abc:1\n', 'it begins with "root:…"'],
  ['export TOKEN=hunter2', 'it begins with "export TOKEN=…"'],
  ['password: hunter2', 'it begins with "password:…"'],
  ['{"password": "hunter2"}', 'it begins with "{…"'],
  ['[{"password": "hunter2"}]', 'it begins with "[…"'],
  ['[12:00] once upon a time', 'it begins with "[12:…"'],
  ['eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x', 'it begins with "…"'],
  ['bash: iptables-save: command not found', 'it begins with "bash: iptables-save: command not found"'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIE', 'it holds a PEM block (RSA PRIVATE KEY)'],
  ['subject=x\n-----BEGIN CERTIFICATE-----\nMIIE', 'it holds a PEM block (CERTIFICATE)'],
])('%j', (text, expected) => {
  expect(headOf(text)).toBe(expected);
});

it('is one short line without anything that drives a terminal, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const quoted = /^it begins with (".*")$/u.exec(headOf(text) ?? '')?.[1];
      if (quoted === undefined) return;
      const head: string = JSON.parse(quoted);
      expect(head.length).toBeLessThanOrEqual(40);
      expect(head).not.toMatch(/\p{Cc}|\p{Cf}/u);
    }),
  );
});
