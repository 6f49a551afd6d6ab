import type { Family } from '../../model/family.ts';
import type { Packet, PacketHook, Verdict } from '../../model/packet.ts';
import type { QuotedRule, Source, Undetermined } from '../../model/report.ts';

/** A class of packets that fare alike, as it is printed. */
export interface ShownFate {
  readonly family: Family;
  readonly hook: PacketHook;
  readonly owner: Readonly<Record<string, string>>;
  readonly traffic: Readonly<Record<string, string>>;
  readonly proxy: boolean;
  readonly rest: boolean;
  readonly roughly: boolean;
  readonly fate: string;
  readonly verdict: Verdict;
  readonly rule: QuotedRule | null;
  readonly ruleCount: number | null;
  readonly witness: Packet;
}

/** What `flow --classes` found, as far as it is printed. */
export interface ShownFates {
  readonly report: {
    readonly schemaVersion: 1;
    readonly classes: readonly object[];
    readonly undetermined: readonly Undetermined[];
  };
  readonly shown: readonly ShownFate[];
  readonly source: Source;
}

/** What `flow --unreached` found, as far as it is printed. */
export interface ShownUnreached {
  readonly report: {
    readonly schemaVersion: 1;
    readonly rules: readonly {
      readonly family: Family | 'inet';
      readonly rule: QuotedRule;
      readonly reason: 'no-jump' | 'not-entered' | 'no-packet' | 'taken';
      readonly by: readonly QuotedRule[];
      readonly complete: boolean;
    }[];
    readonly undetermined: readonly Undetermined[];
  };
  readonly source: Source;
  readonly looked: number;
}
