import type { InboundAnnotations } from '../layout/inbound-exclusions.ts';
import type { Config, ConfigKey } from '../model/config.ts';
import type { TableFamily } from '../model/family.ts';
import type { Coverage } from '../model/pod.ts';
import type { Releases } from '../model/releases.ts';
import type { Backend, Rule } from '../model/ruleset.ts';

/** What is known besides the rules. Everything is optional; without it the rules speak alone. */
export interface Evidence {
  /** Local ports of the listening tcp sockets. They confirm or refute a redirect port that is not Istio's usual one. */
  readonly listeners?: readonly number[];
  /** Which tables could be seen. What was not seen is not missing. */
  readonly coverage?: readonly Coverage[];
  /** Inputs that somebody declared: they are taken as they are, and the others are read in their light. */
  readonly declared?: Partial<Config>;
  /** Inputs that are known to be meant though the rules are read without them: their release has them. */
  readonly meant?: Partial<Config>;
  /** The only releases that come into question: those of the rules read without what is declared. */
  readonly within?: Releases;
  /** Annotations that say in each release's own way which inbound ports are excluded; not together with a declared list. */
  readonly annotations?: InboundAnnotations;
  /** Whom the injector left the pod to, by its annotation. */
  readonly injected?: 'istio-init' | 'istio-cni';
}

/**
 * Who wrote the rules: the init container, the CNI plugin or ambient's agent, no program of Istio's (`script`), or what
 * cannot be told (`unknown`); and why.
 */
export interface Programmer {
  readonly name: 'istio-init' | 'istio-cni' | 'ambient-cni' | 'script' | 'unknown';
  readonly reasons: readonly string[];
}

/**
 * How sure an input is. `certain`: the rules make no sense otherwise. `plain`: stands in Istio's own place, so Istio
 * put it there, or somebody who copied Istio. `suspicious`: one changed or missing rule would look the same.
 */
export type Certainty = 'certain' | 'plain' | 'suspicious';

/** A rule by which the live rules and a layout differ. */
export interface RuleDifference {
  /** `missing`: the layout has it and the pod does not. `extra`: the other way. A moved rule is both. */
  readonly kind: 'missing' | 'extra';
  readonly family: TableFamily;
  readonly table: string;
  readonly chain: string;
  readonly rule: Rule;
}

/** One reading of the live rules. */
export interface Candidate {
  /**
   * First and last release whose layout this is, both included. `1.25` is all patches of 1.25: as the first release it
   * means from 1.25.0 on, as the last one up to the newest patch.
   */
  readonly releases: Releases;
  /** Releases between those whose layout is another one, as ranges of the same form. */
  readonly except: readonly Releases[];
  readonly config: Config;
  /** Rules to insert and to delete until the live rules are this layout; 0 when they are. */
  readonly distance: number;
  /** What holds the live IPv4 rules (IPv6, where there is no IPv4). */
  readonly backend: Backend;
  /** The inputs that the live rules say something about. The others hold the release's default. */
  readonly certainty: Readonly<Partial<Record<ConfigKey, Certainty>>>;
  /** The inputs among them that must not be taken for an intention without other evidence. */
  readonly suspicious: readonly ConfigKey[];
  /** Where inputs that are not the default were read, one sentence each. */
  readonly reasons: readonly string[];
  readonly differences: readonly RuleDifference[];
  readonly programmer: Programmer;
}

/** What live rules tell about the release and inputs they were written from, best candidate first. */
export interface Inference {
  /** Empty when nothing of Istio's was found. Of rules that are a layout to the last one only what fits exactly. */
  readonly candidates: readonly Candidate[];
}

/**
 * How to read rules that could be an input or a fault: `literal` takes them for inputs, `cautious` expects what Istio
 * does by default.
 */
export type Reading = 'literal' | 'cautious';

/** The inputs that could be read. */
export type Observed = Partial<Config>;
