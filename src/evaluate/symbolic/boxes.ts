import { naturalPoint } from './classes.ts';
import { type Conditions, levelOf } from './conditions.ts';
import { FALSE, type Node, TRUE } from './diagram.ts';
import { atomCount, FIELDS, type Field } from './domain.ts';

/** Packets whose fields vary independently of each other, which is what one sentence can say. */
export interface Box {
  readonly packets: Node;
  /** Those of them that no box before it has. */
  readonly fresh: Node;
}

/** Nobody reads more; what is left over becomes one class that words describe roughly. */
const MOST_BOXES = 32;

/** Fields in the order in which a box is widened: first those that people are least interested in. */
const WIDENED: readonly Field[] = [
  'ctState',
  'mark',
  'connmark',
  'sourcePort',
  'source',
  'gid',
  'uid',
  'socket',
  'interface',
  'destinationPort',
  'destination',
  'protocol',
];

/**
 * Boxes that together are the class. Each is as wide as it can be within the class, so they may overlap: packets to
 * port 3306, and packets to 10.0.0.0/8, are two boxes. Packets that cannot exist may be in any box. What is left over
 * after `most` is one more that is no box.
 */
export function boxesOf(conditions: Conditions, packets: Node, possible: Node, most = MOST_BOXES): Box[] {
  const { diagrams, domain } = conditions;
  const outside = diagrams.and(possible, diagrams.not(packets));
  const boxes: Box[] = [];
  let rest = packets;
  while (rest !== FALSE) {
    if (boxes.length === most) return [...boxes, { packets: rest, fresh: rest }];
    const box = widened(conditions, naturalPoint(diagrams, domain, rest), outside);
    boxes.push({ packets: diagrams.and(box, possible), fresh: diagrams.and(box, rest) });
    rest = diagrams.and(rest, diagrams.not(box));
  }
  return boxes;
}

/** The widest box around a point that does not meet `outside`. */
function widened(conditions: Conditions, point: ReadonlyMap<Field, number>, outside: Node): Node {
  const sides = new Map<Field, readonly number[]>(FIELDS.map((field) => [field, [point.get(field) ?? 0]]));
  for (const field of WIDENED) {
    const forbidden = new Forbidden(conditions, sides, outside).atoms(field);
    const all = Array.from({ length: atomCount(conditions.domain, field) }, (_, atom) => atom);
    sides.set(
      field,
      all.filter((atom) => !forbidden.has(atom)),
    );
  }
  let box: Node = TRUE;
  for (const [field, atoms] of sides) {
    const side = conditions.atoms(
      field,
      atoms.map((atom): [number, number] => [atom, atom]),
    );
    box = conditions.diagrams.and(box, side);
  }
  return box;
}

/** Looks for packets of `outside` between the sides of a box, with one field left free. */
class Forbidden {
  readonly #conditions: Conditions;
  readonly #sides: ReadonlyMap<Field, readonly number[]>;
  readonly #outside: Node;
  readonly #met = new Map<Node, boolean>();

  constructor(conditions: Conditions, sides: ReadonlyMap<Field, readonly number[]>, outside: Node) {
    this.#conditions = conditions;
    this.#sides = sides;
    this.#outside = outside;
  }

  /** The atoms of the free field that packets of `outside` have. */
  atoms(free: Field): ReadonlySet<number> {
    const { diagrams, domain } = this.#conditions;
    const level = levelOf(free);
    const found = new Set<number>();
    const seen = new Set<Node>();
    const visit = (node: Node): void => {
      if (node === FALSE || seen.has(node)) return;
      seen.add(node);
      if (diagrams.level(node) < level) {
        for (const child of this.#within(node)) visit(child);
        return;
      }
      diagrams.spend(atomCount(domain, free));
      for (let atom = 0; atom < atomCount(domain, free); atom += 1) {
        const next = diagrams.level(node) === level ? diagrams.child(node, atom) : node;
        if (!found.has(atom) && this.#meets(next)) found.add(atom);
      }
    };
    visit(this.#outside);
    return found;
  }

  #meets(node: Node): boolean {
    if (node === FALSE || node === TRUE) return node === TRUE;
    const known = this.#met.get(node);
    if (known !== undefined) return known;
    const meets = this.#within(node).some((child) => this.#meets(child));
    this.#met.set(node, meets);
    return meets;
  }

  /** Where a node leads for the atoms between the sides. */
  #within(node: Node): Node[] {
    const { diagrams } = this.#conditions;
    const field = FIELDS[diagrams.level(node)];
    const atoms = (field && this.#sides.get(field)) ?? [];
    diagrams.spend(atoms.length);
    return [...new Set(atoms.map((atom) => diagrams.child(node, atom)))];
  }
}
