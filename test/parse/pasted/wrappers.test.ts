import { describe, expect, test } from 'vitest';
import { unwrapPasted } from '../../../src/parse/pasted/index.ts';
import { FORMS, foundInPlain, foundInSaved, RECORDED } from './texts.ts';
import { AS_ONE_RECORD, LINE_BY_LINE } from './wrappers.ts';

const lines = (text: string) => text.replace(/\n$/, '').split('\n');

describe.each(FORMS)('%s', (form) => {
  test('as it was printed', () => {
    expect(foundInSaved(RECORDED[form])).toEqual(foundInPlain(form));
  });

  test.each(Object.entries(LINE_BY_LINE))('wrapped line by line: %s', (_, wrap) => {
    const text = wrap(lines(RECORDED[form])).join('\n');
    expect(foundInSaved(`${text}\n`)).toEqual(foundInPlain(form));
  });

  test.each(Object.entries(LINE_BY_LINE))('behind what somebody wrote: %s', (_, wrap) => {
    const text = ['Hi,', 'this is what I see:', '', ...wrap(lines(RECORDED[form]))].join('\n');
    const found = foundInSaved(`${text}\n`) as { tables?: unknown; sockets?: unknown }[];
    const plain = foundInPlain(form, { before: 3, step: 1 }) as typeof found;
    expect(found.map(({ tables, sockets }) => [tables, sockets])).toEqual(
      plain.map(({ tables, sockets }) => [tables, sockets]),
    );
  });

  test.each(Object.entries(AS_ONE_RECORD))('all in one record: %s', (_, wrap) => {
    expect(foundInSaved(`${wrap(RECORDED[form])}\n`)).toEqual(foundInPlain(form, { before: 0, step: 0 }));
  });
});

test('plain output is handed on as it is', () => {
  for (const form of ['save', 'S'] as const) {
    expect(unwrapPasted(RECORDED[form], 'x')).toEqual([
      { kind: 'iptables', text: RECORDED[form], command: null, losses: [] },
    ]);
  }
});
