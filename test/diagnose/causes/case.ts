import type { Config } from '../../../src/model/config.ts';
import type { Ruleset } from '../../../src/model/ruleset.ts';

/** What can happen to a layout that has one cause. */
export const KINDS = ['input', 'flush', 'jump', 'rule', 'foreign', 'older chain'] as const;

/** A pod with one fault: what was meant, what is there, and what happened. */
export interface Case {
  readonly kind: (typeof KINDS)[number];
  readonly what: string;
  readonly config: Config;
  readonly live: Ruleset;
}
