import { expect, it } from 'vitest';
import { jsonExpression } from '../../../../src/parse/nft/json/expression.ts';
import type { Json } from '../../../../src/parse/nft/json/value.ts';

const value = (text: string) => ({ kind: 'value', text });

it.each<[Json, unknown]>([
  [{ prefix: { addr: '10.0.0.0', len: 8 } }, value('10.0.0.0/8')],
  [{ prefix: { addr: 512, len: 24 } }, value('512/24')],
  [{ range: ['10.0.0.1', '10.0.0.9'] }, value('10.0.0.1-10.0.0.9')],
  [{ range: [1, 2] }, value('1-2')],
  [{ range: [{ '&': [1, 2] }, 9] }, value('?-9')],
])('%j is a value', (json, expression) => expect(jsonExpression(json)).toMatchObject(expression as object));

it.each<Json>([
  { prefix: { addr: '10.0.0.0' } },
  { prefix: { len: 8 } },
  { prefix: { addr: ['10.0.0.0'], len: 8 } },
  { prefix: {} },
  { range: ['10.0.0.1'] },
  { range: [1, 2, 3] },
  { range: 'all' },
])('%j is kept as raw text, not read as a range or network that it is not', (json) =>
  expect(jsonExpression(json)).toEqual({ kind: 'raw', text: expect.any(String) }),
);
