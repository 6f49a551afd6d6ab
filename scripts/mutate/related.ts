import { readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import ts from 'typescript';

/** Which tests import a file, over however many others. */
export class Related {
  /** By file: who imports it. */
  readonly #importers = new Map<string, string[]>();
  readonly #kernelTests: ReadonlySet<string>;

  /** `files` are all the sources and tests below `root`. */
  constructor(root: string, files: readonly string[]) {
    for (const file of files) {
      for (const imported of importsOf(root, file)) {
        const importers = this.#importers.get(imported) ?? [];
        this.#importers.set(imported, [...importers, file]);
      }
    }
    const namespaces = files.filter((file) => /^test\/(kernel\/|.*namespace\.ts$)/.test(file));
    this.#kernelTests = new Set(namespaces.flatMap((file) => this.testsOf(file)));
  }

  /** The tests of a file: those of its folder first, then those that import it most directly. */
  testsOf(file: string): string[] {
    const met = new Set([file]);
    // A set that grows while it is walked through: what is met first is nearest.
    for (const one of met) for (const importer of this.#importers.get(one) ?? []) met.add(importer);
    const tests = [...met].filter((one) => one.endsWith('.test.ts'));
    return tests.toSorted((a, b) => sharedFolders(b, file) - sharedFolders(a, file));
  }

  /** Whether a test makes a namespace, so that it is a slow one. */
  needsKernel(test: string): boolean {
    return test.includes('kernel') || this.#kernelTests.has(test);
  }
}

/** How many folders a test and a source have in common, below `test` and `src`. */
function sharedFolders(test: string, source: string): number {
  const [own, others] = [test, source].map((path) => dirname(path).split('/').slice(1)) as [string[], string[]];
  const differs = own.findIndex((folder, at) => folder !== others[at]);
  return differs === -1 ? own.length : differs;
}

/** The files that a file imports when it runs, so not for their types alone. */
function importsOf(root: string, file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(`${root}/${file}`, 'utf8'), ts.ScriptTarget.Latest);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const name = importedName(node);
    if (name?.startsWith('.')) found.push(posix.join(dirname(file), name));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function importedName(node: ts.Node): string | null {
  if (ts.isImportDeclaration(node)) return isTypes(node.importClause) ? null : textOf(node.moduleSpecifier);
  if (ts.isExportDeclaration(node)) return node.isTypeOnly ? null : textOf(node.moduleSpecifier);
  const isDynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isDynamic ? textOf(node.arguments[0]) : null;
}

function isTypes(clause: ts.ImportClause | undefined): boolean {
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

function textOf(node: ts.Node | undefined): string | null {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : null;
}
