import { describe, expect, it } from 'vitest';
import { parseNft } from '../../../src/parse/nft/index.ts';

function handlesIn(text: string) {
  const { tables } = parseNft(text, { source: 'test' });
  return tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules.map(({ handle }) => handle)));
}

const listing = (...rules: string[]) =>
  `table inet t { # handle 1\n\tchain c { # handle 2\n${rules.join('\n')}\n\t}\n}\n`;

describe('the handle of a rule', () => {
  it('is what nft -a printed behind it', () => {
    expect(
      handlesIn(listing('\t\taccept # handle 3', '\t\tcounter packets 0 bytes 0 # handle 17', '\t\tdrop')),
    ).toEqual([...[3, 17, undefined]]);
  });

  it('is not what a comment or another rule says', () => {
    const comment = '\t\taccept comment "x # handle 9"';
    expect(handlesIn(listing(comment, '\t\tdrop # handle 4'))).toEqual([undefined, 4]);
    expect(handlesIn(listing(`${comment} # handle 5`, '\t\tdrop # handle 4x', '\t\tdrop # handle 0'))).toEqual([
      ...[5, undefined, undefined],
    ]);
  });

  it('stands behind the last line of a rule that has several', () => {
    expect(handlesIn(listing('\t\tip saddr { 10.0.0.1,', '\t\t\t10.0.0.2 } accept # handle 8'))).toEqual([8]);
  });

  it.each([
    [7, 7],
    [0, undefined],
    [-1, undefined],
    [1.5, undefined],
    [2 ** 60, undefined],
  ])('is JSON’s where it is a number that can be trusted: %d', (handle, expected) => {
    const place = { family: 'inet', table: 't' };
    const elements = [
      { table: { family: 'inet', name: 't' } },
      { chain: { ...place, name: 'c' } },
      { rule: { ...place, chain: 'c', handle, expr: [{ accept: null }] } },
    ];
    expect(handlesIn(JSON.stringify({ nftables: elements }))).toEqual([expected]);
  });
});
