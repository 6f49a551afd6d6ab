import { expect, it } from 'vitest';
import { isEmptiedNative } from '../../src/istio/planes.ts';
import { parseNft } from '../../src/parse/nft/index.ts';

const NAT = 'type nat hook output priority dstnat; policy accept;';

it.each([
  ['nothing', '', false],
  ['a table of somebody else', 'table inet other {\n}\n', false],
  ['a table of Istio', 'table inet istio-proxy-nat {\n}\n', true],
  ['the same with a chain and no rule', `table inet istio-proxy-nat {\n\tchain output {\n\t\t${NAT}\n\t}\n}\n`, true],
  [
    'the same with a rule',
    `table inet istio-proxy-nat {\n\tchain output {\n\t\t${NAT}\n\t\tjump istio-output\n\t}\n\tchain istio-output {\n\t\tmeta skuid 1337 return\n\t}\n}\n`,
    false,
  ],
])('%s: whether all that is left are emptied tables of Istio is %j', (_, text, emptied) =>
  expect(isEmptiedNative({ tables: parseNft(text, { source: 'nft' }).tables })).toBe(emptied),
);
