import { withPlainCharacters } from './characters.ts';
import { plainDashes } from './dashes.ts';
import { grouped } from './group.ts';
import { pastedLines } from './line.ts';
import { hasTooManyLines, isPlain } from './plain.ts';
import { sectionsOf } from './sections.ts';
import { type PlainText, plainText } from './text.ts';
import { unwrapped } from './unwrap.ts';

export type { PlainText } from './text.ts';

/**
 * The output of tools that a text holds, without what loggers, terminals, mail and chat programs, multiplexers and people
 * put around and into its lines. A text that is such output already comes back as it is. Only for texts that somebody
 * saved: what a tool prints to us is read as it stands, or the names in it could pass for wrapping.
 */
export function unwrapPasted(text: string, source: string): PlainText[] {
  if (isPlain(text)) return [{ kind: 'iptables', text, command: null, losses: [] }];
  if (hasTooManyLines(text)) return [{ kind: null, text, command: null, losses: [] }];
  const lines = unwrapped(plainDashes(pastedLines(withPlainCharacters(text))));
  const last = text.endsWith('\n') ? null : (lines.at(-1)?.number ?? null);
  return grouped(sectionsOf(lines)).map((group) => plainText(group, source, last));
}
