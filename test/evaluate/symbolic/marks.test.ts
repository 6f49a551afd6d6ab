import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeMark } from '../../../src/evaluate/effects.ts';
import { MarkDomain } from '../../../src/evaluate/symbolic/marks.ts';

const values = fc.uniqueArray(fc.constantFrom(1, 0x111, 0x500, 0x539, 0x53a, 0x80000000), { maxLength: 4 });
const masks = fc.uniqueArray(fc.constantFrom(0xff, 0xfff, 0xf00, 1, 0xffffffff), { maxLength: 3 });
const marks = fc.oneof(fc.nat(0xffff), fc.constantFrom(0, 0x539, 0x1539, 0xffffffff, 0x80000001));

describe('MarkDomain', () => {
  it('puts marks that a rule tells apart into different atoms', () => {
    fc.assert(
      fc.property(values, masks, marks, marks, (named, known, a, b) => {
        const domain = new MarkDomain(named, known);
        const told = named.some((value) =>
          [...known, 0xffffffff].some((mask) => {
            const matches = (mark: number) => (mark & mask) >>> 0 === (value & mask) >>> 0;
            return matches(a) !== matches(b);
          }),
        );
        if (told) expect(domain.atom(a)).not.toBe(domain.atom(b));
      }),
    );
  });

  it('has each representative in its own atom, mark 0 first', () => {
    fc.assert(
      fc.property(values, masks, (named, known) => {
        const domain = new MarkDomain(named, known);
        const { representatives } = domain;
        expect(representatives.map((mark) => domain.atom(mark))).toEqual(representatives.map((_, atom) => atom));
        expect(domain.atom(0)).toBe(0);
      }),
    );
  });

  it('changes an atom as the kernel changes each of its marks', () => {
    fc.assert(
      fc.property(values, masks, marks, (named, known, mark) => {
        const changes = named.flatMap((value) => known.map((mask) => ({ value, mask })));
        const domain = new MarkDomain(
          named,
          known,
          changes.map(({ value, mask }) => (value & ~mask) >>> 0),
        );
        for (const change of changes) {
          const { value, mask } = change;
          expect(domain.change(domain.atom(mark), value, mask)).toBe(domain.atom(changeMark(mark, change)));
        }
      }),
    );
  });

  it('gives up where masks and values combine to too many atoms', () => {
    const bits = Array.from({ length: 12 }, (_, i) => 1 << i);
    expect(() => new MarkDomain(bits, bits)).toThrow(RangeError);
  });

  it('says atoms under the mask that people use', () => {
    const domain = new MarkDomain([0x539], [0xfff]);
    const marked = domain.representatives.flatMap((mark, atom) => ((mark & 0xfff) === 0x539 ? [atom] : []));
    expect(domain.describe(marked)).toBe('0x539/0xfff');
  });

  it('does not say a mark that stands for all that no rule names', () => {
    const domain = new MarkDomain([0x539], []);
    const [none, other, named] = [0, 1, 0x539].map((mark) => domain.atom(mark)) as [number, number, number];
    expect(domain.representatives).toEqual([0, 1, 0x539]);
    expect(domain.describe([other])).toBe('all except 0x0,0x539');
    expect(domain.describe([none, other])).toBe('all except 0x539');
    expect(domain.describe([named])).toBe('0x539');
  });
});
