import type { Config } from '../../model/config.ts';
import type { TableDraft } from '../draft.ts';
import type { Features } from '../eras.ts';
import type { ResolveGroup } from '../groups.ts';
import type { FamilyFacts } from '../sidecar/plan.ts';

/** What the steps of a sidecar's native layout share. */
export interface NativePlan {
  readonly raw: TableDraft;
  readonly mangle: TableDraft;
  readonly nat: TableDraft;
  readonly config: Config;
  readonly has: Features;
  readonly resolveGroup: ResolveGroup;
  /** The families whose addresses have rules: IPv4, and IPv6 when enabled. */
  readonly families: readonly FamilyFacts[];
  /** DNS is captured at all. */
  readonly dns: boolean;
  readonly tproxy: boolean;
}
