import type { Lexer, Token } from './lexer.ts';
import type { TextReader } from './reader.ts';

/** Tokens of a statement without sets; what is beyond are elements, each with a comma. */
const TOKENS_OF_RULE = 200;

/**
 * The tokens of one statement line, beginning with `first`: up to a newline, a semicolon or a closing brace of the
 * block around it. Inside braces a line goes on only where nft breaks lines (after `{` or `,`, or before `}`), so that
 * a missing brace costs one rule and not the rest of the listing.
 */
export function takeStatement({ lexer, report }: TextReader, first: Token): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (let token = first; token.kind !== 'end'; token = lexer.next()) {
    if (token.kind === 'newline') {
      if (depth === 0 || !continues(lexer, tokens.at(-1))) break;
      continue;
    }
    if (token.kind === 'symbol') {
      if (depth === 0 && token.text === ';') break;
      if (depth === 0 && token.text === '}') {
        lexer.back(token);
        break;
      }
      if (token.text === '{') depth += 1;
      if (token.text === '}') depth -= 1;
    }
    tokens.push(token);
    if (tokens.length > TOKENS_OF_RULE && token.text === ',') report.amounts.add('elements', token.line);
  }
  return tokens;
}

function continues(lexer: Lexer, previous: Token | undefined): boolean {
  if (previous?.kind === 'symbol' && (previous.text === ',' || previous.text === '{')) return true;
  let token = lexer.next();
  while (token.kind === 'newline') token = lexer.next();
  lexer.back(token);
  return token.kind === 'symbol' && token.text === '}';
}

/** Skips a statement together with the block in braces that may belong to it. */
export function skipStatement(lexer: Lexer, first: Token): void {
  let depth = 0;
  for (let token = first; token.kind !== 'end'; token = lexer.next()) {
    if (token.kind === 'newline' && depth === 0) return;
    if (token.kind !== 'symbol') continue;
    if (token.text === '{') depth += 1;
    if (token.text === '}') depth -= 1;
    if (depth < 0) {
      lexer.back(token);
      return;
    }
  }
}
