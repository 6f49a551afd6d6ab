import type { ConfigKey } from '../../model/config.ts';
import type { Family } from '../../model/family.ts';

/** Who wrote a rule that is not Istio's, as far as its chains, interfaces and comments tell; no name: nothing does. */
export interface Writer {
  readonly kind: 'container-engine' | 'vpn' | 'mesh' | 'network' | 'security' | 'unknown';
  readonly name: string | null;
}

/** What a rule does to the packets that Istio means to treat otherwise. */
export type Effect = 'lets by' | 'blocks' | 'diverts' | 'other';

/** Why a pod is as it is, as the evidence shows it: each takes other steps. */
export type LikelyCause =
  /** A rule that is not Istio's and stands outside of its chains. */
  | { readonly kind: 'foreign'; readonly writer: Writer; readonly effect: Effect }
  /** Built-in chains drop what no rule lets through. */
  | { readonly kind: 'policy'; readonly writer: Writer; readonly chains: readonly string[] }
  /** A rule in Istio's own chains that Istio writes for no value of an input. */
  | { readonly kind: 'by-hand' }
  /** The rules are as if inputs had other values. `stray`: by rules too many, not by rules that are missing. */
  | {
      readonly kind: 'setting';
      readonly keys: readonly ConfigKey[];
      readonly stray: boolean;
      readonly several: boolean;
    }
  /** A chain, or a table, had several rules and has none of them. */
  | { readonly kind: 'flushed'; readonly what: string }
  /** Nothing of the layout, or of a family's, is here. `lost`: a sign shows that it was. `never`: no sign where some would be. */
  | {
      readonly kind: 'gone';
      readonly how: 'lost' | 'never' | 'unknown';
      readonly sign: string;
      readonly family?: Family;
    }
  /** Tables or chains are missing, others are there. */
  | { readonly kind: 'part-gone' }
  /** The rules of the other data plane are here, or those of both. */
  | { readonly kind: 'other-plane'; readonly both: boolean }
  | { readonly kind: 'rule-lost'; readonly several: boolean }
  | { readonly kind: 'order' }
  | { readonly kind: 'dormant'; readonly table: string }
  /** What Istio puts in front of the rules while it replaces them. */
  | { readonly kind: 'guard' }
  /** The rules of another release: all of them, or some beside those that are meant. */
  | { readonly kind: 'other-release'; readonly left: boolean; readonly release: string }
  /** Nobody accepts what is redirected. */
  | { readonly kind: 'not-listening'; readonly who: 'nobody' | 'proxy' | 'dns' | 'other-address' | 'stranger' }
  /** A live connection around the proxy: a rule lets it by, or it was opened before the rules were there. */
  | { readonly kind: 'connection'; readonly why: 'rule' | 'no rule' | 'older' | 'unseen' }
  /** Whoever found it knows why and says it in the message, and what to do. */
  | { readonly kind: 'told' };
