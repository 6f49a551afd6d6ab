import type { Config } from '../../../src/model/config.ts';
import type { Family } from '../../../src/model/family.ts';
import type { PacketName } from './packets.ts';

/** What Istio means to happen: `redirect 15006`, `accept`, `tproxy 15006 mark 1337`, `accept zone 1`, … */
export type Intent = Readonly<Partial<Record<PacketName, string>>>;

/** A kind of layout: how it is configured, in which releases, and what becomes of the packets that matter. */
export interface Kind {
  readonly name: string;
  readonly config: Partial<Config>;
  /** First and last minor release (1.x) that has it. */
  readonly minors: readonly [number, number];
  /** Families to send packets of, where that does not follow from `enableIpv6`. */
  readonly families?: readonly Family[];
  /** Packets that are not named are not sent. `minor` is as `minorOf` gives it. */
  readonly intent: (minor: number, family: Family, backend: Config['backend']) => Intent;
  /** Packets of which the rules say something that a packet does not tell (`-m socket`): the evaluator may leave them open. */
  readonly open?: (minor: number) => boolean;
}

/** The minor number of a release with its patch as hundredths: 5.02 for 1.5.2. */
export function minorOf(release: string): number {
  const [, minor = 0, patch = 0] = release.split('.').map(Number);
  return minor + patch / 100;
}
