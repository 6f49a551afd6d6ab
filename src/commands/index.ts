import { Check } from './check.ts';
import { Expected } from './expected.ts';
import { Trace } from './trace.ts';

/** All commands by name, for oclif's explicit strategy. */
export const commands = { check: Check, expected: Expected, trace: Trace };
