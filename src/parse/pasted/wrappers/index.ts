import { composePrefix, kailPrefix, kubectlPrefix } from './containers.ts';
import { frame, quotation } from './frames.ts';
import { loggerHead } from './heads.ts';
import { jsonRecord, logfmt } from './records.ts';
import { cri, timestamp } from './runtimes.ts';
import { klog, syslog } from './system.ts';
import type { Wrapper } from './wrapper.ts';

/** Every kind of wrapping that a line shows by itself. */
export const WRAPPERS: readonly Wrapper[] = [
  quotation,
  frame,
  kubectlPrefix,
  composePrefix,
  kailPrefix,
  cri,
  syslog,
  timestamp,
  klog,
  jsonRecord,
  logfmt,
  loggerHead,
];
