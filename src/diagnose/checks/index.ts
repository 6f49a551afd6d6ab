import type { FindingCode } from '../../model/code.ts';
import type { TrafficCode } from '../catalogue/index.ts';
import type { Check } from '../check.ts';
import { ambientExemptions, ambientRules, onePlane } from './ambient.ts';
import { ambientRouting } from './ambient-routing.ts';
import { ztunnelListening } from './ambient-sockets.ts';
import { automaticAddresses } from './automatic-addresses.ts';
import { configuredBackend, emptyLegacy, probeResidue, staleTables, twoBackends } from './backends.ts';
import { behind } from './behind.ts';
import { inboundConnections, outboundConnections, proxyLoops } from './connections.ts';
import { exclusions } from './exclusions.ts';
import { ipv6WhileOff, passthroughAddress } from './ipv6-addresses.ts';
import { ipv6LeftAlone } from './ipv6-left-alone.ts';
import { listenerExcluded } from './listener-excluded.ts';
import { proxyListening } from './listening.ts';
import { loopbackListeners, podIpListeners } from './loopback-listeners.ts';
import { nodeProbes } from './node-probes.ts';
import { programmable } from './refused.ts';
import { release } from './release.ts';
import { resolversCovered } from './resolvers.ts';
import { tproxyRouting } from './routing.ts';
import { applicationAsProxy, proxyOwner, reservedPorts } from './socket-owners.ts';
import { noCapture, node, otherMesh } from './surroundings.ts';
import { taken } from './taken.ts';
import { duplicates, equivalent, foreign, unreachable } from './text.ts';
import { tproxyListener } from './tproxy-listener.ts';
import { TRAFFIC_CHECKS } from './traffic.ts';
import { answersTracked } from './untracked.ts';

const LISTED = [
  ...TRAFFIC_CHECKS,
  answersTracked,
  programmable,
  taken,
  release,
  unreachable,
  duplicates,
  onePlane,
  ambientRules,
  ambientExemptions,
  nodeProbes,
  behind,
  ambientRouting,
  ztunnelListening,
  twoBackends,
  configuredBackend,
  staleTables,
  probeResidue,
  emptyLegacy,
  equivalent,
  foreign,
  exclusions,
  resolversCovered,
  automaticAddresses,
  tproxyRouting,
  tproxyListener,
  ipv6LeftAlone,
  ipv6WhileOff,
  passthroughAddress,
  listenerExcluded,
  proxyListening,
  proxyOwner,
  applicationAsProxy,
  reservedPorts,
  proxyLoops,
  outboundConnections,
  inboundConnections,
  loopbackListeners,
  podIpListeners,
  node,
  otherMesh,
  noCapture,
];

/** A code that no check raises, or a difference in traffic that none tells, would vanish from reports. */
type Forgotten =
  | Exclude<FindingCode, (typeof LISTED)[number]['codes'][number]>
  | Exclude<TrafficCode, (typeof LISTED)[number]['traffic'][number]>;

/** All checks, in the order in which reports list them. It does not compile while one for a code is missing. */
export const CHECKS: [Forgotten] extends [never] ? readonly Check[] : { readonly noCheckFor: Forgotten } = LISTED;
