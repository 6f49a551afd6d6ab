import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { Check } from '../../src/commands/check.ts';
import { Expected } from '../../src/commands/expected.ts';
import { Flow } from '../../src/commands/flow.ts';
import { run } from '../commands/run.ts';
import { type BrowserBundle, bundleForBrowser } from './bundle.ts';

const FOLDER = fileURLToPath(new URL('../../examples/broken-pod', import.meta.url));
const RULES = `${FOLDER}/rules.v4.save`;
const SOCKETS = `${FOLDER}/sockets.ss`;
const GIVEN = [
  '--rules',
  RULES,
  '--sockets',
  SOCKETS,
  '--istio-version',
  '1.28.10',
  '--outbound-ports-exclude',
  '3306',
];

/** What the page below asks with: the facts of the texts, and the inputs of the flags. */
const ASKED = `
  const { check, declaredOf, documentJson, expected, factsOfTexts, flow } = istioNat;
  const [rules, socketsText] = texts;
  const facts = factsOfTexts([rules], { socketsText });
  const declared = declaredOf({ flags: { istioVersion: '1.28.10', outboundPortsExclude: '3306' } });
`;

let bundle: BrowserBundle;
beforeAll(async () => {
  bundle = await bundleForBrowser('src/index.ts');
});

/** Evaluates an expression where there is nothing but the language, what is handed in, and the clock that browsers have. */
function inBrowser(expression: string): unknown {
  const texts = [RULES, SOCKETS].map((name) => ({ name, text: readFileSync(name, 'utf8') }));
  const context = createContext({ performance: { now: () => performance.now() }, texts: JSON.stringify(texts) });
  const script = `${bundle.script}\ntexts = JSON.parse(texts);\n{${ASKED}\nJSON.stringify(${expression})}`;
  return JSON.parse(String(runInContext(script, context)));
}

describe('the library in a browser', () => {
  it('needs no module of Node.js and no package, and holds nothing of the command line', () => {
    expect(bundle.foreign).toEqual([]);
    const folders = new Set(bundle.modules.map((module) => module.split('/')[1]));
    for (const folder of ['cli', 'commands']) expect(folders).not.toContain(folder);
    // Of reports only what makes JSON of their data: tables need packages.
    expect(bundle.modules.filter((module) => /^src\/report\/.*(table|markdown|style)/.test(module))).toEqual([]);
    expect(bundle.modules.filter((module) => module.startsWith('src/collect/'))).toEqual(['src/collect/capture.ts']);
    expect(bundle.modules).toContain('src/pipeline/check.ts');
  });

  it('would be found out if it did', async () => {
    const { foreign, modules } = await bundleForBrowser('src/cli/gather.ts');
    expect(foreign).toEqual(['node:url']);
    expect(modules).toContain('src/collect/live.ts');
  });

  it('has neither process nor require', () => {
    expect(inBrowser('[typeof process, typeof require, typeof Buffer]')).toEqual(Array(3).fill('undefined'));
  });

  it('judges a recorded pod as the command does', async () => {
    const { stdout } = await run(Check, [...GIVEN, '--json']);
    const report = JSON.parse(stdout);
    expect(report.findings.length).toBeGreaterThan(0);
    expect(inBrowser(`check(facts, declared, { toolVersion: '${report.tool.version}' })`)).toEqual(report);
  });

  it('follows requests as the command does', async () => {
    const { stdout } = await run(Flow, [...GIVEN, '--port', '8080', '--json']);
    expect(inBrowser('JSON.parse(documentJson(flow(facts, declared, { port: 8080 }).report))')).toEqual(
      JSON.parse(stdout),
    );
  });

  it('prints the layout as the command does', async () => {
    const { stdout } = await run(Expected, ['--istio-version', '1.28.10', '--outbound-ports-exclude', '3306']);
    expect(inBrowser("expected(declared, { output: 'save' }).text")).toBe(stdout);
  });
});
