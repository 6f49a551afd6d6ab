import { AMBIENT } from './faults/ambient.ts';
import { DNS } from './faults/dns.ts';
import { INBOUND } from './faults/inbound.ts';
import { NATIVE } from './faults/native.ts';
import { OTHERS } from './faults/others.ts';
import { OUTBOUND } from './faults/outbound.ts';
import { OWNERS } from './faults/owners.ts';
import { SOCKETS } from './faults/sockets.ts';
import { TPROXY } from './faults/tproxy.ts';
import { WHOLE } from './faults/whole.ts';
import type { Fault } from './scenario.ts';

/** Everything that is done to healthy pods. */
export const FAULTS: readonly Fault[] = [
  ...INBOUND,
  ...OUTBOUND,
  ...WHOLE,
  ...OTHERS,
  ...OWNERS,
  ...DNS,
  ...TPROXY,
  ...NATIVE,
  ...SOCKETS,
  ...AMBIENT,
];
