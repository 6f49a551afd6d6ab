import type { Ruleset } from '../model/ruleset.ts';
import { HookFates } from './classes-hook.ts';
import type { ClassScope, PacketClasses } from './classes-types.ts';
import { whyGivenUp } from './symbolic/limits.ts';

export type { OpenPackets, PacketClass, PacketClasses } from './classes-types.ts';

/**
 * What the rules do to all packets that can exist in a state: owner by owner, few classes each. Packets that come back in
 * over lo are left out in PREROUTING: they were decided in OUTPUT.
 */
export function classesOf(ruleset: Ruleset, scope: ClassScope): PacketClasses {
  const { family, hook } = scope;
  try {
    return new HookFates(ruleset, scope).result();
  } catch (error) {
    return { classes: [], open: [{ family, hook, packets: {}, witness: null, because: whyGivenUp(error) }] };
  }
}
