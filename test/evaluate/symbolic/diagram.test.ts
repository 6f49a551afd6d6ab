import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Diagrams, FALSE, type Node, TRUE } from '../../../src/evaluate/symbolic/diagram.ts';

/** Two fields of four atoms each are enough to tell every point. */
const ATOMS = 4;
const POINTS = Array.from({ length: ATOMS * ATOMS }, (_, i) => [i % ATOMS, Math.floor(i / ATOMS)] as const);

type Truth = readonly boolean[];
const truths: fc.Arbitrary<Truth> = fc.array(fc.boolean(), { minLength: POINTS.length, maxLength: POINTS.length });

/** The diagram of a truth table, built point by point. */
function build(diagrams: Diagrams, truth: Truth): Node {
  return POINTS.reduce((node, [x, y], i) => {
    if (!truth[i]) return node;
    const point = diagrams.and(diagrams.test(0, [[x, x]], ATOMS), diagrams.test(1, [[y, y]], ATOMS));
    return diagrams.or(node, point);
  }, FALSE);
}

/** Where a point leads. */
function at(diagrams: Diagrams, node: Node, point: readonly [number, number]): Node {
  let current = node;
  while (!diagrams.isLeaf(current)) current = diagrams.child(current, point[diagrams.level(current)] ?? 0);
  return current;
}

describe('Diagrams', () => {
  it('are the same node exactly for the same function', () => {
    fc.assert(
      fc.property(truths, truths, (a, b) => {
        const diagrams = new Diagrams();
        const equal = a.every((holds, i) => holds === b[i]);
        expect(build(diagrams, a) === build(diagrams, b)).toBe(equal);
      }),
    );
  });

  it('compute what each point computes', () => {
    fc.assert(
      fc.property(truths, truths, truths, (a, b, c) => {
        const diagrams = new Diagrams();
        const [x, y, z] = [build(diagrams, a), build(diagrams, b), build(diagrams, c)];
        const results = [diagrams.ite(x, y, z), diagrams.and(x, y), diagrams.or(x, y), diagrams.not(x)];
        for (const [i, point] of POINTS.entries()) {
          const wanted = [a[i] ? b[i] : c[i], a[i] && b[i], a[i] || b[i], !a[i]];
          expect(results.map((node) => at(diagrams, node, point) === TRUE)).toEqual(wanted);
        }
      }),
    );
  });

  it('ask about the changed atom after a substitution', () => {
    const changes = fc.array(fc.nat(ATOMS - 1), { minLength: ATOMS, maxLength: ATOMS });
    fc.assert(
      fc.property(truths, changes, fc.constantFrom(0, 1), (truth, change, level) => {
        const diagrams = new Diagrams();
        const node = build(diagrams, truth);
        const after = diagrams.substitute(node, level, ATOMS, (atom) => change[atom] ?? 0);
        for (const [x, y] of POINTS) {
          const moved = level === 0 ? ([change[x] ?? 0, y] as const) : ([x, change[y] ?? 0] as const);
          expect(at(diagrams, after, [x, y])).toBe(at(diagrams, node, moved));
        }
      }),
    );
  });

  it('leave out a test that decides nothing', () => {
    const diagrams = new Diagrams();
    const leaf = diagrams.leaf();
    expect(diagrams.node(3, [0, 2], [leaf, leaf])).toBe(leaf);
    expect(diagrams.test(3, [[0, ATOMS - 1]], ATOMS)).toBe(TRUE);
    expect(diagrams.test(3, [], ATOMS)).toBe(FALSE);
  });
});
