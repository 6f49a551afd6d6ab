import type { Diagrams, Node } from '../diagram.ts';

/** The leaves that a diagram ends in. */
export function leavesOf(diagrams: Diagrams, node: Node): Set<Node> {
  const leaves = new Set<Node>();
  const seen = new Set<Node>();
  const visit = (current: Node): void => {
    if (diagrams.isLeaf(current)) {
      leaves.add(current);
    } else if (!seen.has(current)) {
      seen.add(current);
      const children = diagrams.children(current);
      diagrams.spend(children.length);
      for (const child of children) visit(child);
    }
  };
  visit(node);
  return leaves;
}
