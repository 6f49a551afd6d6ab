import { CLIError, ModuleLoadError } from '@oclif/core/errors';
import { describe, expect, it } from 'vitest';
import { failureOf, failureText, stackText } from '../../src/cli/failure.ts';
import { CannotLook, UsageError } from '../../src/model/errors.ts';

const KNOWN = { flags: ['rules', 'istio-version'] };

describe('failureOf', () => {
  it('gives each error to whoever has to act', () => {
    const errors = [
      new UsageError('u', { hint: 'h' }),
      new CannotLook('c', { code: 'NAT1001' }),
      new CLIError('Flag --rules expects a value'),
      new ModuleLoadError('x'),
      new TypeError('t'),
      'a string',
    ];
    expect(errors.map((error) => failureOf(error, KNOWN).exitCode)).toEqual([2, 3, 2, 70, 70, 70]);
    expect(failureOf(errors[0], KNOWN)).toEqual({ kind: 'usage', exitCode: 2, message: 'u', hint: 'h' });
    expect(failureOf(errors[1], KNOWN)).toEqual({ kind: 'cannot-look', exitCode: 3, message: 'c', code: 'NAT1001' });
  });

  it('says that a bug is one, and how to report it', () => {
    const failure = failureOf(new TypeError('x is not a function'), KNOWN);
    expect(failure.message).toContain('a bug in istio-nat');
    expect(failure.message).toContain('TypeError: x is not a function');
    expect(failure.hint).toContain('ISTIO_NAT_DEBUG=1');
  });
});

describe('failureText', () => {
  it('makes harmless what it quotes', () => {
    expect(failureText({ message: 'no file \x1b[2J\u202e' })).toBe('istio-nat: no file \\x1b[2J\\u202e\n');
  });

  it('puts the next step on a line of its own', () => {
    expect(failureText({ message: 'a\nb', hint: 'c' })).toBe('istio-nat: a\n  b\n  c\n');
  });
});

describe('what GitHub Actions would run', () => {
  it('is no command any more', () => {
    expect(failureText({ message: 'no file\n::add-mask::x ##[error]y' })).toBe(
      'istio-nat: no file\n  \\x3a:add-mask::x #\\x23[error]y\n',
    );
    expect(failureText({ message: 'fd00::1 is no address' })).toBe('istio-nat: fd00::1 is no address\n');
  });
});

describe('stackText', () => {
  it('makes harmless what the message quotes, and keeps the lines', () => {
    const text = stackText(new Error('no \x1b]0;title\x07\nsecond'));
    expect(text).toMatch(/^Error: no \\x1b\]0;title\\x07\nsecond\n {4}at /);
    expect(text).toMatch(/\n$/);
  });
});
