import type { NamedSet } from '../../model/named-set.ts';
import type { Counters, Policy } from '../../model/ruleset.ts';

/**
 * What nft shows, before it is given a meaning: the common form of the text and the JSON listing. The names are those
 * of nft's grammar. Both readers produce it, one builder turns it into the model, so the two forms cannot drift apart.
 */
export interface ListedTable {
  /** `inet`, `ip`, `ip6`, `arp`, `bridge`, `netdev`. */
  readonly family: string;
  readonly name: string;
  readonly line: number;
  /** Whether the table is switched off. nft 1.0.6 prints the table's name for its flags in JSON: unclear. */
  readonly dormant: 'yes' | 'no' | 'unclear';
  readonly chains: ListedChain[];
  readonly sets: Map<string, ListedSet>;
  /** The text form of rules written by iptables-nft hides matches and targets that libxtables cannot translate. */
  readonly form: 'text' | 'json';
}

/** A chain; `hook` as nft spells it (`prerouting`, `ingress`). */
export interface ListedChain {
  readonly name: string;
  readonly line: number;
  readonly base?: ListedBase;
  readonly rules: ListedRule[];
}

/** The `type … hook … priority …; policy …` line of a base chain. */
export interface ListedBase {
  readonly type: string;
  readonly hook: string;
  readonly priority: number;
  readonly policy: Policy;
}

/** A rule as a list of statements. */
export interface ListedRule {
  readonly line: number;
  readonly statements: readonly Statement[];
  /** The rule as written, counters left out; null in JSON, which has no text of its own. */
  readonly text: string | null;
  /** `# handle N` of the listing with `-a`, or JSON's. */
  readonly handle?: number;
  /** Two blanks in a row: nft printed a match of iptables-nft as nothing. */
  readonly gap: boolean;
}

/** A named set or map. */
export interface ListedSet {
  /** What the model keeps of it; null for a map and for a set whose listing is cut off. */
  readonly declared: NamedSet | null;
  /** The values that stand in it now; null when they are not plain values, or change by themselves. */
  readonly elements: readonly Expression[] | null;
}

/** Bitwise operators of nft, in symbols. */
export type BinaryOperator = '&' | '|' | '^' | '<<' | '>>';

/** An expression. Numbers, addresses, names, ranges `a-b`, prefixes `a/n` and references `@set` are all values. */
export type Expression =
  | { readonly kind: 'value'; readonly text: string; readonly quoted: boolean }
  /** Something of the packet: `['meta', 'mark']`, `['ip', 'saddr']`, `['fib', 'daddr . iif', 'type']`. */
  | { readonly kind: 'selector'; readonly words: readonly string[] }
  /** `list`: separated by commas (bits of a bit mask); `set`: in braces; `concat`: joined by dots. */
  | { readonly kind: 'list' | 'set' | 'concat'; readonly parts: readonly Expression[] }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'raw'; readonly text: string };

/** How both sides of a match are compared. `in`: any of these bits is set; `!`: none of them is. */
export type Comparison = '==' | '!=' | '<' | '>' | '<=' | '>=' | 'in' | '!';

/** A statement of a rule. */
export type Statement =
  | { readonly kind: 'match'; readonly comparison: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'counter'; readonly counters: Counters | null }
  | { readonly kind: 'verdict'; readonly verdict: 'accept' | 'drop' | 'return' | 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | NatStatement
  | {
      readonly kind: 'tproxy';
      readonly family: string | null;
      readonly address: string | null;
      readonly port: string | null;
      /** iptables' target of that name, and the mark that it sets; left out for nft's own statement. */
      readonly mark?: Expression | null;
    }
  | { readonly kind: 'assign'; readonly selector: readonly string[]; readonly value: Expression }
  | { readonly kind: 'notrack' }
  | { readonly kind: 'reject'; readonly reason: string | null }
  /** `pass`: lets every packet go on (log, dup, …). `test`: may end the rule by a state of its own (limit, quota, …). */
  | { readonly kind: 'pass' | 'test'; readonly module: string; readonly args: readonly string[] }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'unknown'; readonly subject: 'match' | 'target'; readonly raw: string };

/** redirect, masquerade, dnat, snat. Address and port as written (`a-b` for ranges), IPv6 without brackets. */
export interface NatStatement {
  readonly kind: 'nat';
  readonly action: 'redirect' | 'masquerade' | 'dnat' | 'snat';
  readonly family: string | null;
  readonly address: string | null;
  readonly port: string | null;
  readonly flags: readonly string[];
}

/** A value that is not quoted. */
export function value(text: string): Expression {
  return { kind: 'value', text, quoted: false };
}

/** Selectors whose bits are compared one by one: without an operator any common bit is enough. */
const BIT_MASKS: ReadonlySet<string> = new Set(['ct state', 'ct status', 'ct label', 'ct event', 'tcp flags']);

/** Whether `SELECTOR VALUE` asks for a common bit instead of equality. */
export function isBitMask(expression: Expression): boolean {
  return expression.kind === 'selector' && BIT_MASKS.has(expression.words.join(' '));
}
