import { asJsonText } from '../../../model/json.ts';
import type { Target } from '../../../model/target.ts';
import type { Changes, ChangingTarget } from '../changes.ts';
import type { Environment } from '../conditions.ts';
import { type Diagrams, FALSE, type Node } from '../diagram.ts';
import { TooComplex } from '../limits.ts';
import { environmentKey } from '../way.ts';

/** A change that a rule made, and where it stood; `lo`: the packet was routed again and leaves by lo. */
export type Change = { readonly target: ChangingTarget; readonly environment: Environment } | 'lo';

/** Packets that have come to the same point with the same changes made to them. */
export interface World {
  /** The packets as they were when their way began. */
  readonly packets: Node;
  readonly environment: Environment;
  /** In the order in which they were made. */
  readonly changes: readonly Change[];
}

/** Rules that change marks in ever new ways make ever more worlds; layouts need a handful. */
export const MOST_WORLDS = 64;

/** A condition on packets as they are now, as one on what they were when their way began. */
export function pulledBack(changes: Changes, { changes: made }: World, condition: Node): Node {
  return made.reduceRight<Node>(
    (node, change) => (change === 'lo' ? changes.onLo(node) : changes.of(change.target, change.environment, node)),
    condition,
  );
}

/** The worlds, with those that differ only in their packets merged; empty ones are left out. */
export function merged(diagrams: Diagrams, worlds: readonly World[]): World[] {
  const byKey = new Map<string, World>();
  for (const world of worlds) {
    if (world.packets === FALSE) continue;
    const key = worldKey(world);
    const known = byKey.get(key);
    byKey.set(key, known ? { ...world, packets: diagrams.or(known.packets, world.packets) } : world);
  }
  if (byKey.size > MOST_WORLDS) throw new TooComplex('the rules change marks in too many ways');
  return [...byKey.values()];
}

/** Text that is equal for worlds whose packets meet the same from here on. */
export function worldKey({ environment, changes }: World): string {
  return `${environmentKey(environment)} ${changes.map(changeKey).join(';')}`;
}

function changeKey(change: Change): string {
  if (change === 'lo') return change;
  return `${environmentKey(change.environment)} ${targetKey(change.target)}`;
}

/** Text that is equal for targets that do the same. */
export function targetKey(target: Target): string {
  return asJsonText(target);
}

/** The world after a change; the same change twice in a row is left as it is where it cannot undo itself. */
export function changed(world: World, target: ChangingTarget): World {
  const last = world.changes.at(-1);
  const change = { target, environment: world.environment };
  if (last !== undefined && isIdempotent(target) && changeKey(last) === changeKey(change)) return world;
  return { ...world, changes: [...world.changes, change] };
}

/** `(old & ~mask) ^ value` undoes itself where the value has bits outside the mask. */
function isIdempotent(target: ChangingTarget): boolean {
  return (target.kind === 'mark' || target.kind === 'connmark-set') && (target.value & ~target.mask) === 0;
}
