import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

/** Where somebody has to say what a new kind means before anything compiles again, stage by stage. */
const DECIDE: Readonly<Record<'match' | 'target', readonly string[]>> = {
  match: [
    'print/free-text.ts',
    'print/iptables/match.ts',
    'print/nft/match.ts',
    'evaluate/describe.ts',
    'evaluate/match.ts',
    'evaluate/symbolic/alike.ts',
    'evaluate/symbolic/conditions.ts',
    'evaluate/symbolic/cuts.ts',
    'rules/agreement.ts',
    'rules/likeness.ts',
    'rules/rule-key.ts',
    'infer/rule-pattern.ts',
    'diagnose/traffic/traits.ts',
  ],
  target: [
    'model/target-effects.ts',
    'print/free-text.ts',
    'print/iptables/target.ts',
    'print/nft/target.ts',
    'evaluate/describe.ts',
    'evaluate/traverse.ts',
    'evaluate/symbolic/compile.ts',
    'evaluate/symbolic/forward/reach.ts',
    'rules/agreement.ts',
    'infer/rule-pattern.ts',
  ],
};

/** What each of the groups in the table of effects leads on to, once a new kind is entered there. */
const CARRY_OUT = {
  "{ way: 'on', changes: 'mark', readsConnmark: false }": [
    'evaluate/effects.ts',
    'evaluate/symbolic/changes.ts',
    'evaluate/symbolic/cuts.ts',
  ],
  "{ way: 'on', changes: 'conntrack', readsConnmark: false }": ['evaluate/effects.ts', 'evaluate/symbolic/compile.ts'],
  "{ way: 'ends', changes: 'destination', readsConnmark: false }": [
    'evaluate/traverse.ts',
    'evaluate/symbolic/changes.ts',
    'evaluate/symbolic/compile.ts',
    'evaluate/symbolic/cuts.ts',
    'evaluate/symbolic/forward/reach.ts',
  ],
};

type Edit = (text: string) => string;

/** Adds a kind that nothing knows to a union of the model. */
function widened(name: 'Match' | 'Target'): Edit {
  return replaced(`export type ${name} =`, `export type ${name} = { readonly kind: 'invented'; readonly odd: symbol }`);
}

function replaced(from: string, to: string): Edit {
  return (text) => {
    if (!text.includes(from)) throw new Error(`nothing says "${from}"`);
    return text.replace(from, to);
  };
}

const options: ts.CompilerOptions = {
  ...ts.convertCompilerOptionsFromJson(
    ts.readConfigFile(`${SRC}../tsconfig.json`, ts.sys.readFile).config.compilerOptions,
    `${SRC}..`,
  ).options,
  noEmit: true,
  // None of these files knows Node, whose types take longer to read than all of the source.
  types: [],
};
const unchanged = new Map<string, ts.SourceFile | undefined>();

/** Those of the files that do not compile when some are edited, in memory alone. */
function broken(files: readonly string[], edits: Readonly<Record<string, Edit>>): string[] {
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (path, languageOptions, ...rest) => {
    const edit = path.startsWith(SRC) ? edits[path.slice(SRC.length)] : undefined;
    if (edit) return ts.createSourceFile(path, edit(ts.sys.readFile(path) ?? ''), languageOptions, true);
    if (!unchanged.has(path)) unchanged.set(path, read(path, languageOptions, ...rest));
    return unchanged.get(path);
  };
  const paths = files.map((file) => `${SRC}${file}`);
  const program = ts.createProgram(paths, options, host);
  return files.filter((_, at) => program.getSemanticDiagnostics(program.getSourceFile(paths[at] ?? '')).length > 0);
}

describe('the unions of the model', () => {
  it('compile as they are', () => {
    expect(broken([...DECIDE.match, ...DECIDE.target], {})).toEqual([]);
  }, 60_000);

  it.each([
    ['match', 'Match'],
    ['target', 'Target'],
  ] as const)(
    'ask for a decision about a new %s wherever one is needed',
    (file, union) => {
      expect(broken(DECIDE[file], { [`model/${file}.ts`]: widened(union) })).toEqual(DECIDE[file]);
    },
    60_000,
  );

  it.each(Object.entries(CARRY_OUT))(
    'ask for the carrying out of a new target with %s',
    (effect, files) => {
      const edits = {
        'model/target.ts': widened('Target'),
        'model/target-effects.ts': replaced('const EFFECTS = {', `const EFFECTS = { invented: ${effect},`),
      };
      expect(broken(files, edits)).toEqual(files);
    },
    60_000,
  );
});
