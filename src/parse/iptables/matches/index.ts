import { type Loaded, loaded, type MatchModule } from '../module.ts';
import { CONNTRACK_MODULES } from './conntrack.ts';
import { MARK_MODULES } from './marks.ts';
import { OPAQUE_MODULES } from './opaque.ts';
import { OTHER_MODULES } from './other.ts';
import { OWNER_MODULES } from './owner.ts';
import { PORT_MODULES } from './ports.ts';

/** Every match module we know, by the name that follows `-m`. */
export const MATCH_MODULES: ReadonlyMap<string, Loaded<MatchModule>> = loaded([
  PORT_MODULES,
  OWNER_MODULES,
  MARK_MODULES,
  CONNTRACK_MODULES,
  OTHER_MODULES,
  OPAQUE_MODULES,
]);

/** Modules that iptables loads by itself when an option of theirs follows `-p`. */
const IMPLIED: Readonly<Record<number, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  33: 'dccp',
  50: 'esp',
  51: 'ah',
  58: 'icmp6',
  132: 'sctp',
  135: 'mh',
  136: 'udplite',
};

/** The module that `-p` brings with it, or undefined. */
export function impliedModule(protocol: number): string | undefined {
  return IMPLIED[protocol];
}
