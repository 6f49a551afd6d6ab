import type { Reporter } from '../reporter.ts';
import type { ListedTable } from '../syntax.ts';
import { createLexer, type Token } from './lexer.ts';
import { skipStatement } from './lines.ts';
import type { TextReader } from './reader.ts';
import { parseTable } from './table.ts';

/** The tables of a text listing, as often as they stand there. */
export function parseTextListing(text: string, report: Reporter): ListedTable[] {
  const reader: TextReader = { lexer: createLexer(text, report.numbering), report };
  const tables: ListedTable[] = [];
  let skipping = false;
  for (let token = reader.lexer.next(); token.kind !== 'end'; token = reader.lexer.next()) {
    if (token.kind === 'newline' || token.text === ';') continue;
    if (token.kind === 'word' && token.text === 'table') {
      const table = parseTable(reader);
      if (table !== null) tables.push(table);
      skipping = false;
    } else {
      skipOutside(reader, token, skipping);
      skipping = true;
    }
  }
  return tables;
}

/** Words that change or describe rules in a way that a listing never does: what they say would be lost. */
const COMMANDS: ReadonlySet<string> = new Set(
  'add create insert replace delete destroy reset include define redefine undefine import rename chain set map'.split(
    ' ',
  ),
);

/** What nft prints when it could not look. */
const FAILURE = /^(?:Error|netlink)\b|Operation not permitted|Permission denied/;

/** What stands inside of tables only: where it stands outside, lines that should be around it are lost. */
const INSIDE =
  /^}|\b(?:hook [a-z]+ priority|counter packets|meta (?:l4proto|mark) |redirect to :)|^\s+(?:(?:jump|goto) \S+|accept|return|drop)\s*$/;

/** Anything outside a table: prompts, warnings, shell output. Consecutive lines of it are noted once. */
function skipOutside(reader: TextReader, token: Token, repeated: boolean): void {
  const line = reader.lexer.lineOf(token);
  // A brace that closes nothing must not be given back: no block around it takes it.
  if (token.text !== '}') skipStatement(reader.lexer, token);
  if (FAILURE.test(line.trim())) {
    reader.report.error(token, 'nft reported an error: the listing may be incomplete', line);
  } else if (COMMANDS.has(token.text) && token.kind === 'word') {
    reader.report.error(token, `expected 'table FAMILY NAME {' of a listing, found the command '${token.text}'`, line);
  } else if (INSIDE.test(line)) {
    reader.report.error(token, `expected 'table FAMILY NAME {', found what stands inside of a table`, line);
  } else if (!repeated) {
    reader.report.note(token, `text outside of a table was skipped; expected 'table FAMILY NAME {'`, line);
  }
}
