import type { Family } from './family.ts';
import type { OfKind, PortRange } from './match.ts';

/** `(old & ~mask) ^ value`: how MARK --set-xmark and CONNMARK --set-xmark change a mark (xt_mark, xt_connmark). */
export interface MarkChange {
  readonly value: number;
  readonly mask: number;
}

/** Where DNAT and SNAT send a packet, as written: `10.0.0.1`, `10.0.0.1-10.0.0.9:80-90`, `[::1]:80`, `:8080`. */
export interface NatRange {
  readonly address?: { readonly from: bigint; readonly to: bigint; readonly family: Family };
  readonly ports?: PortRange;
  /** `--random`, `--random-fully`, `--persistent`, as tokens. */
  readonly flags: readonly string[];
}

/** What a rule does to a packet that matches. */
export type Target =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'return' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  /** Without ports the packet keeps its own. */
  | { readonly kind: 'redirect'; readonly ports?: PortRange; readonly flags: readonly string[] }
  | ({ readonly kind: 'dnat' } & NatRange)
  | ({ readonly kind: 'snat' } & NatRange)
  | { readonly kind: 'masquerade'; readonly ports?: PortRange; readonly flags: readonly string[] }
  /** `address` 0 (0.0.0.0, ::) means: the address of the incoming interface; `port` 0: the packet's own. */
  | {
      readonly kind: 'tproxy';
      readonly port: number;
      readonly address: bigint;
      readonly family: Family;
      readonly mark: MarkChange;
    }
  | ({ readonly kind: 'mark' } & MarkChange)
  | ({ readonly kind: 'connmark-set' } & MarkChange)
  /** connmark := (connmark & ~ctmask) ^ (mark & nfmask). */
  | { readonly kind: 'connmark-save'; readonly nfmask: number; readonly ctmask: number }
  /** mark := (mark & ~nfmask) ^ (connmark & ctmask). */
  | { readonly kind: 'connmark-restore'; readonly nfmask: number; readonly ctmask: number }
  /** CT: assigns a conntrack template unless the packet has one. `rest` holds options that change no verdict (helper, timeout, …). */
  | {
      readonly kind: 'ct';
      readonly notrack: boolean;
      readonly zone?: number;
      /** `--zone-orig` / `--zone-reply`; left out for both directions. */
      readonly direction?: 'original' | 'reply';
      /** NOTRACK is the old spelling of CT --notrack. */
      readonly spelling?: 'NOTRACK';
      readonly rest: readonly string[];
    }
  | { readonly kind: 'reject'; readonly with?: string }
  /** LOG, NFLOG, TRACE, TEE, counters-only modules …: the packet goes on to the next rule. */
  | { readonly kind: 'continue'; readonly module: string; readonly args: readonly string[] }
  /** A target we do not know: it may end the traversal or not. */
  | { readonly kind: 'unknown'; readonly raw: string };

/** A target of one kind. */
export type TargetOf<K extends Target['kind']> = OfKind<Target, K>;
