import { readFileSync } from 'node:fs';
import ts from 'typescript';
import type { Mutation } from './mutation.ts';
import { editsOf } from './operators.ts';

/** Every mutation of a file below `root`. */
export function mutationsOf(root: string, file: string): Mutation[] {
  const text = readFileSync(`${root}/${file}`, 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Mutation[] = [];
  const visit = (node: ts.Node): void => {
    if (hasNoBehaviour(node)) return;
    for (const { start, end, replacement, around } of editsOf(node)) {
      const { line } = source.getLineAndCharacterOfPosition(start);
      const from = around.getStart();
      const after = text.slice(from, start) + replacement + text.slice(end, around.end);
      const shown = { before: oneLine(text.slice(from, around.end)), after: oneLine(after) };
      found.push({ file, line: line + 1, start, end, replacement, ...shown });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Types and imports are gone when the program runs. */
function hasNoBehaviour(node: ts.Node): boolean {
  return ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isImportDeclaration(node);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
