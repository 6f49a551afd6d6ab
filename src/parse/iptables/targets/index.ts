import { type Loaded, loaded, type TargetModule } from '../module.ts';
import { MARK_TARGETS } from './marks.ts';
import { NAT_TARGETS } from './nat.ts';
import { OTHER_TARGETS } from './other.ts';
import { RAW_TARGETS } from './raw.ts';

/** Every target with options that we know, by the name that follows `-j`. */
export const TARGET_MODULES: ReadonlyMap<string, Loaded<TargetModule>> = loaded([
  NAT_TARGETS,
  MARK_TARGETS,
  RAW_TARGETS,
  OTHER_TARGETS,
]);

/** Targets that exist and whose verdict is not ours to know: user space decides, or addresses are mapped one to one. */
export const UNDECIDABLE_TARGETS: ReadonlySet<string> = new Set([
  'CLUSTERIP',
  'DNPT',
  'HMARK',
  'NETMAP',
  'NFQUEUE',
  'QUEUE',
  'SNPT',
  'SYNPROXY',
]);
