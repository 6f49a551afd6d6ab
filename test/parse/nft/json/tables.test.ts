import { expect, it } from 'vitest';
import { parseNft } from '../../../../src/parse/nft/index.ts';

const errors = (element: object) => {
  const text = JSON.stringify({ nftables: [{ table: { family: 'ip', name: 'nat', handle: 1 } }, element] });
  return parseNft(text, { source: 'x' }).diagnostics.filter(({ severity }) => severity === 'error');
};

it.each(['metainfo', 'map', 'counter', 'ct helper', 'flowtable'])('%s is of no matter', (kind) => {
  expect(errors({ [kind]: { family: 'ip', table: 'nat', name: 'x' } })).toEqual([]);
});

it.each(['ru\ufffde', 'rul', 'whatever'])('%s is nothing that nft prints, so something was not read', (kind) => {
  expect(errors({ [kind]: { family: 'ip', table: 'nat', chain: 'OUTPUT', expr: [] } })).toMatchObject([
    { message: expect.stringMatching(/is not what nft prints/) },
  ]);
});
