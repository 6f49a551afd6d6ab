import { Check } from './check.ts';
import { Diff } from './diff.ts';
import { Expected } from './expected.ts';
import { Explain } from './explain.ts';
import { Flow } from './flow.ts';
import { Infer } from './infer.ts';
import { Probe } from './probe.ts';
import { Sockets } from './sockets.ts';
import { Trace } from './trace.ts';

/** All commands by name, for oclif's explicit strategy. */
export const commands = {
  check: Check,
  diff: Diff,
  expected: Expected,
  explain: Explain,
  flow: Flow,
  infer: Infer,
  probe: Probe,
  sockets: Sockets,
  trace: Trace,
};
