import { describe, expect, it } from 'vitest';
import { compilerOf, type Edit, replaced } from '../edited-source.ts';

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

/** Adds a kind that nothing knows to a union of the model. */
function widened(name: 'Match' | 'Target'): Edit {
  return replaced(`export type ${name} =`, `export type ${name} = { readonly kind: 'invented'; readonly odd: symbol }`);
}

const compile = compilerOf([...new Set([...DECIDE.match, ...DECIDE.target, ...Object.values(CARRY_OUT).flat()])]);

describe('the unions of the model', () => {
  it('compile as they are', () => {
    expect(compile({})).toEqual({});
  }, 120_000);

  it.each([
    ['match', 'Match'],
    ['target', 'Target'],
  ] as const)(
    'ask for a decision about a new %s wherever one is needed',
    (file, union) => {
      const complaints = compile({ [`model/${file}.ts`]: widened(union) }, DECIDE[file]);
      expect(Object.keys(complaints)).toEqual(DECIDE[file]);
    },
    120_000,
  );

  it.each(Object.entries(CARRY_OUT))(
    'ask for the carrying out of a new target with %s',
    (effect, files) => {
      const edits = {
        'model/target.ts': widened('Target'),
        'model/target-effects.ts': replaced('const EFFECTS = {', `const EFFECTS = { invented: ${effect},`),
      };
      expect(Object.keys(compile(edits, files))).toEqual(files);
    },
    120_000,
  );
});
