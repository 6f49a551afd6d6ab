import fc from 'fast-check';
import { arbitraryChains, type Place, type Purpose } from './rules.ts';

const PRIORITIES: Readonly<Record<Purpose, readonly number[]>> = {
  raw: [-300, -300, -250],
  mangle: [-150, -150, -50],
  nat: [-100, -100, -90],
  filter: [0, 0, 10],
};
const HOOKS = ['prerouting', 'output'] as const;

/** One or two chains for each purpose and hook, those of a purpose at times at the same priority. */
function arbitraryTable(family: Place['family'], name: string): fc.Arbitrary<string> {
  const purposes = fc.subarray<Purpose>(['raw', 'mangle', 'nat', 'filter'], { minLength: 1 });
  return purposes
    .chain((some) => fc.tuple(...some.flatMap((purpose) => HOOKS.map((hook) => chainsAt({ family, purpose, hook })))))
    .map((chains) => `table ${family} ${name} {\n${chains.flat().join('\n')}\n}\n`);
}

function chainsAt(place: Place): fc.Arbitrary<readonly string[]> {
  const { purpose, hook } = place;
  const routes = purpose === 'mangle' && hook === 'output';
  const type = purpose === 'nat' ? 'nat' : routes ? 'route' : 'filter';
  return fc
    .tuple(fc.constantFrom(...PRIORITIES[purpose]), fc.constantFrom('accept', 'accept', 'accept', 'accept', 'drop'))
    .chain(([priority, policy]) => {
      const base = `type ${type} hook ${hook} priority ${priority}; policy ${purpose === 'nat' ? 'accept' : policy};`;
      return arbitraryChains(place, base);
    });
}

/** The text of native nftables rules like those of a sidecar, with a second and third programmer beside it. */
export const arbitraryTables: fc.Arbitrary<string> = fc
  .tuple(
    arbitraryTable('inet', 'first'),
    fc.option(arbitraryTable('inet', 'second'), { nil: '' }),
    fc.option(arbitraryTable('ip', 'third'), { nil: '', freq: 1 }),
  )
  .map((tables) => tables.join(''));
