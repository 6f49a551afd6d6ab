import ts from 'typescript';

/** A part of a text and what to write in its place. `around` is what a reader needs to see of it. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  readonly around: ts.Node;
}

/** What stands in place of a binary operator. */
const BINARY: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
  '??': '&&',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '&': '|',
  '|': '&',
  '^': '&',
  '<<': '>>',
  '>>': '<<',
  '>>>': '<<',
  '+=': '-=',
  '-=': '+=',
};

const METHODS: Readonly<Record<string, string>> = { some: 'every', every: 'some', min: 'max', max: 'min' };

const LITERALS: Readonly<Record<string, string>> = { ipv4: 'ipv6', ipv6: 'ipv4' };

/** The edits of this node itself, not of what is inside it. */
export function editsOf(node: ts.Node): Edit[] {
  if (ts.isBinaryExpression(node)) return binary(node);
  if (ts.isPrefixUnaryExpression(node)) return negation(node);
  if (ts.isPropertyAccessExpression(node)) return method(node);
  if (ts.isIfStatement(node)) return [...condition(node.expression), ...earlyReturn(node)];
  if (ts.isConditionalExpression(node)) return condition(node.condition);
  return literal(node);
}

function edit(part: ts.Node, replacement: string, around: ts.Node = part): Edit {
  return { start: part.getStart(), end: part.end, replacement, around };
}

function binary(node: ts.BinaryExpression): Edit[] {
  const other = BINARY[node.operatorToken.getText()];
  if (other === undefined || joinsText(node)) return [];
  // In parentheses, so that it still joins what it joined, and `??` may stand beside `&&`.
  const changed = `${node.left.getText()} ${other} ${node.right.getText()}`;
  return [edit(node, isAssignment(other) ? changed : `(${changed})`)];
}

function isAssignment(operator: string): boolean {
  return operator === '+=' || operator === '-=';
}

/** A sum that a text takes part in is none. */
function joinsText({ operatorToken, left, right }: ts.BinaryExpression): boolean {
  const isSum = operatorToken.kind === ts.SyntaxKind.PlusToken || operatorToken.kind === ts.SyntaxKind.PlusEqualsToken;
  return isSum && [left, right].some((side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side));
}

function negation(node: ts.PrefixUnaryExpression): Edit[] {
  return node.operator === ts.SyntaxKind.ExclamationToken ? [edit(node, node.operand.getText())] : [];
}

function method(node: ts.PropertyAccessExpression): Edit[] {
  const other = METHODS[node.name.text];
  const call = node.parent;
  return other !== undefined && ts.isCallExpression(call) && call.expression === node
    ? [edit(node.name, other, call)]
    : [];
}

/** A condition that has an operator of its own is changed there. */
function condition(node: ts.Expression): Edit[] {
  return editsOf(node).length > 0 && !ts.isPropertyAccessExpression(node)
    ? []
    : [edit(node, `!(${node.getText()})`, node.parent)];
}

function earlyReturn(node: ts.IfStatement): Edit[] {
  const { thenStatement: then, elseStatement } = node;
  const leaves = ts.isReturnStatement(then) || ts.isContinueStatement(then);
  return leaves && elseStatement === undefined ? [edit(node, ';')] : [];
}

function literal(node: ts.Node): Edit[] {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [edit(node, 'false', node.parent)];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [edit(node, 'true', node.parent)];
  const other = ts.isStringLiteral(node) ? LITERALS[node.text] : undefined;
  return other === undefined ? [] : [edit(node, `'${other}'`, node.parent)];
}
