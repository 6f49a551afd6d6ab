import { defaultConfig, whyNoLayout } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { VARIANTS, type Variant } from '../../kernel/index.ts';
import { AMBIENT_KINDS, AMBIENT_RELEASES, NATIVE_AMBIENT_RELEASES } from './ambient.ts';
import { type Kind, minorOf } from './kind.ts';
import { COMMON_KINDS, NATIVE_RELEASES, SIDECAR_RELEASES } from './sidecar.ts';
import { EARLY_KINDS, EXCLUSIONS, IPV6_OFF } from './sidecar-others.ts';

const SIDECAR_KINDS = [...COMMON_KINDS, EXCLUSIONS, IPV6_OFF, ...EARLY_KINDS];

/** A layout to prove. */
export interface Case {
  readonly name: string;
  readonly kind: Kind;
  readonly config: Config;
  readonly variant: Variant | 'native';
}

type Dataplane = Config['dataplane'];
type Backend = Config['backend'];

/** Every kind in every era that has it, in every backend. */
export function allCases(): readonly Case[] {
  return [
    ...cases('sidecar', 'iptables', SIDECAR_KINDS, SIDECAR_RELEASES),
    ...cases('sidecar', 'nftables', SIDECAR_KINDS, NATIVE_RELEASES),
    ...cases('ambient', 'iptables', AMBIENT_KINDS, AMBIENT_RELEASES),
    ...cases('ambient', 'nftables', AMBIENT_KINDS, NATIVE_AMBIENT_RELEASES),
  ];
}

function cases(dataplane: Dataplane, backend: Backend, kinds: readonly Kind[], releases: readonly string[]): Case[] {
  const variants = backend === 'iptables' ? VARIANTS : (['native'] as const);
  return kinds.flatMap((kind) =>
    releases
      .filter((release) => minorOf(release) >= kind.minors[0] && minorOf(release) < kind.minors[1] + 1)
      .flatMap((release) => variants.map((variant) => caseOf(dataplane, backend, kind, release, variant))),
  );
}

function caseOf(
  dataplane: Dataplane,
  backend: Backend,
  kind: Kind,
  istioVersion: string,
  variant: Variant | 'native',
): Case {
  const config = configOf(dataplane, backend, kind, istioVersion);
  const missing = whyNoLayout(config);
  if (missing !== null) throw new Error(missing);
  return { name: `${dataplane} ${kind.name} ${istioVersion} ${variant}`, kind, config, variant };
}

/** The configuration of a kind in a release. */
export function configOf(dataplane: Dataplane, backend: Backend, kind: Kind, istioVersion: string): Config {
  return { ...defaultConfig(istioVersion, 'istio-init', dataplane), backend, ...kind.config };
}

/**
 * One case of each kind and backend, and the plain layout of every era: what is quick enough to run always. The
 * variants take turns, because what is loaded is the same text.
 */
export function sampleOf(all: readonly Case[]): readonly Case[] {
  const newest = new Map(all.map((one) => [`${one.config.dataplane} ${one.kind.name} ${one.variant}`, one]));
  const kept = new Set(newest.values());
  for (const [i, one] of all.filter(({ kind }) => /^(default|TPROXY)$/.test(kind.name)).entries()) {
    // cases come in pairs of variants; every other pair takes the second one
    if ((i >> 1) % 2 === i % 2) kept.add(one);
  }
  return all.filter((one) => kept.has(one));
}
