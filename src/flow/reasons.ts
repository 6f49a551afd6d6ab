import type { RuleReason } from '../model/reason.ts';
import type { Endpoint, Program } from './listeners.ts';

/** What the sockets say of whoever gets a packet. */
export type Evidence =
  /**
   * Nobody looked, or (`example`) there is no application in sight and its port stands for any. `open`: somebody looked and
   * saw no sockets, so that nobody may be there.
   */
  | {
      readonly kind: 'unseen';
      readonly port: number | undefined;
      readonly example: boolean;
      readonly open: boolean;
    }
  | ({ readonly kind: 'nobody'; readonly example: boolean } & Pick<Endpoint, 'protocol' | 'address' | 'port'>)
  | {
      readonly kind: 'socket';
      readonly process: string | null;
      readonly uid: number | null;
      /** Where its user is not one of these, which the rules are meant to exempt. */
      readonly exempt?: readonly number[];
    };

/** Why a program sends nothing on. */
export type Refusal =
  | { readonly kind: 'own-port' | 'unknown-purpose' | 'tunnel-to-itself' }
  | { readonly kind: 'elsewhere'; readonly address: string };

/** Why a step is as it is. */
export type StepReason =
  | RuleReason
  /** The end of a chain of so many rules, none of which matched. */
  | { readonly kind: 'end'; readonly rules: number }
  /** `decisive`: the layout has a rule here that decides. */
  | { readonly kind: 'gap'; readonly decisive: boolean }
  | { readonly kind: 'no-rules' | 'nat-skipped' }
  | { readonly kind: 'leaves'; readonly address: string; readonly port: number | undefined }
  | {
      readonly kind: 'received';
      readonly program: Program;
      readonly by: Evidence;
      readonly refusal: Refusal | null;
      /** The same request was here before. `meant`: the rules are as Istio programs them for this configuration. */
      readonly loop: 'none' | 'unclear' | 'meant';
    }
  /** `seen`: the routing was shown. */
  | { readonly kind: 'routed'; readonly mark: number; readonly seen: boolean }
  /** `meant`: Istio has its mark lead to the proxy. */
  | { readonly kind: 'not-routed'; readonly mark: number; readonly meant: boolean; readonly destination: string };
