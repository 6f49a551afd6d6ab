import { type Expression, isBitMask, type NatStatement, type Statement } from './syntax.ts';

/** The text of a rule as nft prints it, counters left out. For JSON, which has none, and for what stays opaque. */
export function renderRule(statements: readonly Statement[]): string {
  return statements
    .filter((statement) => statement.kind !== 'counter')
    .map(renderStatement)
    .join(' ');
}

/** The text of one statement. */
export function renderStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'match':
      return renderMatch(statement);
    case 'counter':
      return 'counter';
    case 'verdict':
      return statement.verdict;
    case 'jump':
    case 'goto':
      return `${statement.kind} ${statement.chain}`;
    case 'nat':
      return renderNat(statement);
    case 'tproxy':
      return `tproxy${family(statement.family)} to ${goal(statement.address, statement.port)}`;
    case 'assign':
      return `${renderSelector(statement.selector)} set ${renderExpression(statement.value, statement.selector)}`;
    case 'notrack':
      return 'notrack';
    case 'reject':
      return statement.reason === null ? 'reject' : `reject with ${statement.reason}`;
    case 'pass':
    case 'test':
      return [statement.module, ...statement.args].join(' ');
    case 'comment':
      return `comment "${statement.text}"`;
    case 'unknown':
      return statement.raw;
  }
}

/** The text of a match, without the operator where nft leaves it out. */
export function renderMatch({ comparison, left, right }: Extract<Statement, { kind: 'match' }>): string {
  const words = wordsOf(left);
  if (left.kind === 'binary' && isBitMask(left.left)) {
    const operator = comparison === '==' ? '' : ` ${comparison}`;
    return `${renderExpression(left.left, [])}${operator} ${renderExpression(right, [])} / ${renderExpression(left.right, [])}`;
  }
  const hidden =
    comparison === 'in' ||
    (comparison === '==' && left.kind !== 'binary' && (!isBitMask(left) || right.kind === 'set'));
  return `${renderExpression(left, words)}${hidden ? '' : ` ${comparison}`} ${renderExpression(right, words)}`;
}

/** The first selector on the left side decides how values are written. */
function wordsOf(expression: Expression): readonly string[] {
  if (expression.kind === 'selector') return expression.words;
  return expression.kind === 'binary' ? wordsOf(expression.left) : [];
}

const BARE: ReadonlySet<string> = new Set(['iif', 'oif', 'iifname', 'oifname', 'iifgroup', 'oifgroup']);

/** The words of a selector; nft prints interface keys without `meta`. */
export function renderSelector(words: readonly string[]): string {
  return (words[0] === 'meta' && BARE.has(words[1] ?? '') ? words.slice(1) : words).join(' ');
}

/** The text of an expression whose values belong to the given selector. */
export function renderExpression(expression: Expression, selector: readonly string[]): string {
  const each = (parts: readonly Expression[], separator: string): string =>
    parts.map((part) => renderExpression(part, selector)).join(separator);
  switch (expression.kind) {
    case 'value':
      return renderValue(expression.text, expression.quoted, selector);
    case 'selector':
      return renderSelector(expression.words);
    case 'list':
      return each(expression.parts, ',');
    case 'concat':
      return each(expression.parts, ' . ');
    case 'set':
      return `{ ${each(expression.parts, ', ')} }`;
    case 'binary':
      return `${renderExpression(expression.left, selector)} ${expression.operator} ${renderOperand(expression, selector)}`;
    case 'raw':
      return expression.text;
  }
}

/** A shift counts bits, whatever is shifted. */
function renderOperand(binary: Extract<Expression, { kind: 'binary' }>, selector: readonly string[]): string {
  const isShift = binary.operator === '<<' || binary.operator === '>>';
  return renderExpression(binary.right, isShift ? [] : selector);
}

/** JSON has numbers in decimal and no quotes; nft's text has marks in hex and names in quotes. */
function renderValue(text: string, quoted: boolean, selector: readonly string[]): string {
  const key = selector.join(' ');
  if (/^(?:meta|ct|socket) mark$/.test(key))
    return text.replace(/^[^/]+/, (marks) => marks.split('-').map(hex).join('-'));
  if (/^meta (?:hour|time|day)$/.test(key) || quoted) return quote(text, key);
  if (/^(?:meta (?:[io]if(?:name)?|[io]brname)|osf name|ct helper)$/.test(key) && !/^(?:@.*|[0-9]+)$/.test(text)) {
    return `"${text}"`;
  }
  return text;
}

function hex(text: string): string {
  return /^[0-9]{1,10}$/.test(text) ? `0x${Number(text).toString(16).padStart(8, '0')}` : text;
}

function quote(text: string, key: string): string {
  return key === 'meta hour' ? `"${text.split('-').join('"-"')}"` : `"${text}"`;
}

function renderNat(statement: NatStatement): string {
  const { action, address, port, flags } = statement;
  const to = address === null && port === null ? '' : ` to ${goal(address, port)}`;
  const tail = flags.length === 0 ? '' : ` ${flags.join(',')}`;
  return `${action}${family(statement.family)}${to}${tail}`;
}

function family(name: string | null): string {
  return name === null ? '' : ` ${name}`;
}

function goal(address: string | null, port: string | null): string {
  if (port === null) return address ?? '';
  if (address?.includes(':'))
    return `${address
      .split('-')
      .map((part) => `[${part}]`)
      .join('-')}:${port}`;
  return `${address ?? ''}:${port}`;
}
