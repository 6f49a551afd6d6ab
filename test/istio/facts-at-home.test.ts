import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));
/** `istio/` is where facts live; the catalogue is text for people, whose examples show what they will see. */
const EXEMPT = /^(istio|diagnose\/catalogue)\//;

/** Chains of Istio's, also as a jump; not the variables of its injector, nor our own, which spell alike. */
const CHAIN = /\bISTIO_(?!NAT_|META_|BOOTSTRAP_OVERRIDE|DUAL_STACK)/;
/** The same of nftables, and tables and sets: whole, as a beginning, or as a pattern of several. */
const NATIVE =
  /\bistio-((proxy|ambient|inpod)-|(inbound|output|in-redirect|redirect|divert|tproxy|drop|prerouting|postrouting)|\(|$)/;
const PORTS = /\b150[0-9]{2}\b/;
const ADDRESSES = /^(127\.0\.0\.6|::6)(\/|$)/;

/** What a text must not hold. A sentence is for people: nothing is compared with it. */
function isFact(text: string): boolean {
  const isSentence = text.trim().split(/\s+/).length > 2;
  return !isSentence && [CHAIN, NATIVE, PORTS, ADDRESSES].some((pattern) => pattern.test(text));
}

/** Ports of Istio's; ztunnel's mark (also the proxy's user and the mark of TPROXY); the mark of its connections. */
function isNumberOfIstio(value: number): boolean {
  return (value >= 15000 && value <= 15090) || value === 0x539 || value === 0x111;
}

function isGuilty(node: ts.Node): boolean {
  if (ts.isNumericLiteral(node)) return isNumberOfIstio(Number(node.text));
  if (ts.isRegularExpressionLiteral(node)) return [CHAIN, NATIVE, PORTS].some((pattern) => pattern.test(node.text));
  if (ts.isTemplateExpression(node)) {
    return isFact([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('x'));
  }
  if (ts.isPropertyAssignment(node)) return isFact(node.name.getText());
  return ts.isStringLiteralLike(node) && !ts.isImportDeclaration(node.parent) && isFact(node.text);
}

/** File, line and text of every fact about Istio that a source states by itself. */
function strayFacts(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isGuilty(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`src/${file}:${line + 1}: ${node.getText().slice(0, 80)}`);
    }
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

it('states names, ports, marks and addresses of Istio in src/istio only', { timeout: 120_000 }, () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(300);
  const others = files.filter((file) => !EXEMPT.test(file));
  expect(others.flatMap((file) => strayFacts(file, readFileSync(SOURCE + file, 'utf8')))).toEqual([]);
});

it.each([
  ["const chain = 'ISTIO_OUTPUT';", 1],
  ["const target = 'jump ISTIO_REDIRECT';", 1],
  ["const own = name.startsWith('ISTIO_');", 1],
  ['const table = `istio-ambient-nat`;', 1],
  ["const isNative = chain.name.startsWith('istio-') || chain.name === 'istio-in-redirect';", 2],
  ["const CHAINS = { ISTIO_TPROXY: 'inbound' };", 1],
  ['const NATIVE = /^istio-(proxy|ambient)-/;', 1],
  ['const ports = [15001, 15_006];', 2],
  ["if (text === '15090,15021') return;", 1],
  ['const marks = [0x539, 1337, 0x111];', 3],
  ["const source = '::6';", 1],
  ["const variable = 'ISTIO_META_DNS_CAPTURE', name = 'istio-nat', by = 'istio-init';", 0],
  ["const message = 'nobody listens on 15001, which ISTIO_REDIRECT names';", 0],
])('looks through %s', (text, count) => {
  expect(strayFacts('x/y.ts', `\n${text}`)).toHaveLength(count);
});
