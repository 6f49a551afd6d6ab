import type { KernelPod } from '../../kernel/index.ts';
import { Dice } from '../../proof/symbolic/dice.ts';
import { edited } from '../../proof/symbolic/edits.ts';
import { load, textOf } from './loaded.ts';
import { type Form, type Start, startOf } from './start.ts';

/** Two rulesets as the kernel took them and the tools print them: the second is the first after some edits. */
export interface Pair {
  readonly name: string;
  readonly start: Start;
  readonly edits: readonly string[];
  /** What was loaded. */
  readonly text: { readonly before: string; readonly after: string };
  /** What the tools print. */
  readonly shown: { readonly before: string; readonly after: string };
}

/** Draws and loads a pair; edits that the kernel refuses are drawn anew. `refused` is told why. The second stays loaded. */
export async function loadedPair(
  pod: KernelPod,
  form: Form,
  seed: number,
  refused: (why: string) => void,
): Promise<Pair> {
  const dice = new Dice(seed);
  for (;;) {
    const start = startOf(form, dice);
    const before = textOf(start.ruleset, form);
    const first = await attempt(pod, before, form, refused);
    if (first === null) continue;
    for (let tries = 0; tries < 10; tries += 1) {
      const { ruleset, edits } = changed(start, dice);
      const after = textOf(ruleset, form);
      const second = await attempt(pod, after, form, refused);
      if (second === null) continue;
      const name = `${start.name}: ${edits.join(', ')}`;
      return { name, start, edits, text: { before, after }, shown: { before: first, after: second } };
    }
  }
}

function changed({ ruleset }: Start, dice: Dice) {
  let now = ruleset;
  const edits: string[] = [];
  for (let left = 1 + dice.below(4); left > 0; left -= 1) {
    const next = edited(now, dice);
    now = next.ruleset;
    edits.push(next.edit);
  }
  return { ruleset: now, edits };
}

async function attempt(pod: KernelPod, text: string, form: Form, refused: (why: string) => void) {
  try {
    return await load(pod, text, form);
  } catch (error) {
    refused(error instanceof Error ? error.message : String(error));
    return null;
  }
}
