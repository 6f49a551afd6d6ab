/** What a condition looks at, in the words of reports. */
export type ConditionField =
  | 'source'
  | 'destination'
  | 'in-interface'
  | 'out-interface'
  | 'protocol'
  | 'source port'
  | 'destination port'
  | 'ports'
  | 'uid'
  | 'gid'
  | 'mark'
  | 'connmark'
  | 'state';

/** One condition of a rule beside what the packet has. */
export type Condition =
  | {
      readonly kind: 'wants';
      readonly field: ConditionField;
      /** Null: the packet has none, or it is not known. */
      readonly value: string | null;
      readonly wanted: string;
      readonly negated: boolean;
    }
  | { readonly kind: 'socket'; readonly exists: boolean }
  | { readonly kind: 'fragment' | 'iprange' | 'addrtype' }
  | { readonly kind: 'flags'; readonly protocol: string }
  /** Words of the rule that say it themselves. */
  | { readonly kind: 'quoted'; readonly text: string }
  | { readonly kind: 'unknown'; readonly raw: string };

/** Why a rule matched (all of its conditions), did not (the first that fails), or may have (the first that is open). */
export interface RuleReason {
  readonly kind: 'rule';
  readonly outcome: 'match' | 'no-match' | 'undetermined';
  readonly conditions: readonly Condition[];
}
