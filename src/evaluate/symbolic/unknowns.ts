import { type Diagrams, FALSE, type Node, TRUE } from './diagram.ts';
import { FIELDS } from './domain.ts';

/** The packets for which a condition holds however the unknown conditions turn out. */
export function alwaysHolds(diagrams: Diagrams, condition: Node): Node {
  return overUnknowns(diagrams, condition, (results) => (results.includes(FALSE) ? FALSE : TRUE));
}

/** The packets for which a condition holds for some outcome of the unknown conditions. */
export function mayHold(diagrams: Diagrams, condition: Node): Node {
  return overUnknowns(diagrams, condition, (results) => (results.includes(TRUE) ? TRUE : FALSE));
}

/** Removes the boolean fields of unknown conditions, which lie below all others. */
function overUnknowns(diagrams: Diagrams, node: Node, fold: (results: readonly Node[]) => Node): Node {
  const memo = new Map<Node, Node>();
  const visit = (current: Node): Node => {
    if (diagrams.isLeaf(current)) return current;
    const known = memo.get(current);
    if (known !== undefined) return known;
    const children = diagrams.children(current).map(visit);
    const level = diagrams.level(current);
    const result = level < FIELDS.length ? diagrams.node(level, diagrams.starts(current), children) : fold(children);
    memo.set(current, result);
    return result;
  };
  return visit(node);
}
