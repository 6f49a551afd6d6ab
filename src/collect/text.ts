/** Text, or why the bytes are not text. */
export type Decoded = { readonly text: string } | { readonly error: 'not-text'; readonly message: string };

/**
 * Bytes as text: UTF-8, or UTF-16 with a byte order mark (what `>` of PowerShell writes). NUL bytes mean a binary file.
 * Bytes that are not valid UTF-8 become U+FFFD: a process name or a comment may hold anything.
 */
export function decodeText(bytes: Uint8Array): Decoded {
  const encoding = byteOrderMark(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  if (!text.includes('\0')) return { text };
  const utf16 = encoding === 'utf-8' && looksLikeUtf16(bytes);
  const message = utf16 ? 'it is UTF-16 without a byte order mark; convert it to UTF-8' : 'it is a binary file';
  return { error: 'not-text', message };
}

function byteOrderMark(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

/** ASCII as UTF-16 has a NUL in every other byte. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 64);
  const zeros = start.filter((byte) => byte === 0).length;
  return zeros > 0 && Math.abs(zeros * 2 - start.length) <= 2;
}
