/** A kernel to test against: see docs/testing.md. */
export { disagreement } from './compare.ts';
export { type Attempt, ISTIO_STAND_INS, type Landing, type StandIn } from './landing.ts';
export { PEER_IPV4, PEER_IPV6, POD_IPV4, POD_IPV6, POD_LINK_LOCAL } from './network.ts';
export type { Observation, Observed, PathStep, Unobservable } from './observed.ts';
export { createPod, KernelPod, type PodOptions } from './pod.ts';
export { kernelTests, missingRequirement } from './requirements.ts';
export { VARIANTS, type Variant } from './rules.ts';
