import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeJson, escapeText } from '../../src/report/escape.ts';

const HOSTILE = '\x1b[2J\x1b]0;owned\x07\r\n\x9b31m\u202efdp.exe\u2066\u200b\u2028\ud800';

/** Any character that a terminal acts upon or that changes the order in which text is read. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe('escapeText', () => {
  it('shows control characters, escape sequences and bidi overrides as text', () => {
    expect(escapeText(HOSTILE)).toBe(
      '\\x1b[2J\\x1b]0;owned\\x07\\x0d\\x0a\\x9b31m\\u202efdp.exe\\u2066\\u200b\\u2028\\ud800',
    );
  });

  it('leaves what people read alone', () => {
    const text = '-A ISTIO_INBOUND -m comment --comment "naïve ✓ 漢字 🦊" -j RETURN';
    expect(escapeText(text)).toBe(text);
  });

  it('writes tag characters, which lie behind the 16-bit ones, with braces', () => {
    expect(escapeText('\u{e0041}')).toBe('\\u{e0041}');
  });

  it('never lets one through', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !UNSAFE.test(escapeText(text))));
  });
});

describe('escapeJson', () => {
  it('keeps the meaning of any document and lets nothing unsafe through but new lines', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = escapeJson(JSON.stringify({ text }, null, 2));
        expect(JSON.parse(json)).toEqual({ text });
        expect(UNSAFE.test(json.replaceAll('\n', ''))).toBe(false);
      }),
    );
  });
});
