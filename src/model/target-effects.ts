import type { Target, TargetOf } from './target.ts';

/** Where a packet goes from a target, and what of it has changed by then. */
interface TargetEffect {
  /**
   * `on`: to the next target or rule. `ends`: out of the chain for good. `hands-over`: to a socket, at once by x_tables,
   * but past the rest of the rules by nftables. `calls`: into another chain. `open`: nobody knows.
   */
  readonly way: 'on' | 'ends' | 'hands-over' | 'calls' | 'open';
  readonly changes: 'nothing' | 'destination' | 'source' | 'mark' | 'connmark' | 'conntrack';
  /** Whether it may have to read the mark of the connection. */
  readonly readsConnmark: boolean;
}

const NOTHING = { changes: 'nothing', readsConnmark: false } as const;

/** What targets do. All that follows packets through rules asks this table, so that a new kind of target has to answer. */
const EFFECTS = {
  accept: { way: 'ends', ...NOTHING },
  drop: { way: 'ends', ...NOTHING },
  return: { way: 'ends', ...NOTHING },
  reject: { way: 'ends', ...NOTHING },
  jump: { way: 'calls', ...NOTHING },
  goto: { way: 'calls', ...NOTHING },
  redirect: { way: 'ends', changes: 'destination', readsConnmark: false },
  dnat: { way: 'ends', changes: 'destination', readsConnmark: false },
  snat: { way: 'ends', changes: 'source', readsConnmark: false },
  masquerade: { way: 'ends', changes: 'source', readsConnmark: false },
  tproxy: { way: 'hands-over', changes: 'mark', readsConnmark: false },
  mark: { way: 'on', changes: 'mark', readsConnmark: false },
  'connmark-set': { way: 'on', changes: 'connmark', readsConnmark: true },
  'connmark-save': { way: 'on', changes: 'connmark', readsConnmark: false },
  'connmark-restore': { way: 'on', changes: 'mark', readsConnmark: true },
  ct: { way: 'on', changes: 'conntrack', readsConnmark: false },
  continue: { way: 'on', ...NOTHING },
  unknown: { way: 'open', ...NOTHING },
} as const satisfies Record<Target['kind'], TargetEffect>;

/** The targets whose effect is of some sort: `TargetThat<{ way: 'on' }>`. */
export type TargetThat<E extends Partial<TargetEffect>> = TargetOf<
  { [K in Target['kind']]: (typeof EFFECTS)[K] extends E ? K : never }[Target['kind']]
>;

/** Whether a packet goes that way from the target. */
export function goes<W extends TargetEffect['way']>(target: Target, way: W): target is TargetThat<{ way: W }> {
  return EFFECTS[target.kind].way === way;
}

/** Whether a target changes that about a packet. */
export function changes<C extends TargetEffect['changes']>(
  target: Target,
  what: C,
): target is TargetThat<{ changes: C }> {
  return EFFECTS[target.kind].changes === what;
}

/** Targets that set a mark of the packet or of its connection and let it go on. */
export type MarkTarget = TargetThat<{ way: 'on'; changes: 'mark' | 'connmark' }>;

/** Whether a target is one of those. */
export function setsMark(target: Target): target is MarkTarget {
  return goes(target, 'on') && (changes(target, 'mark') || changes(target, 'connmark'));
}

/** Whether no packet that comes to a target meets the rules below it. */
export function endsWay(target: Target): boolean {
  return goes(target, 'ends') || goes(target, 'hands-over');
}

/** Whether a target settles what becomes of a packet's destination: it lets it go, refuses or rewrites it. */
export function decides(target: Target): target is DecidingTarget {
  return goes(target, 'ends') && !changes(target, 'source');
}

/** Targets that do. */
export type DecidingTarget = TargetThat<{ way: 'ends'; changes: 'nothing' | 'destination' }>;

/**
 * Whether native rules stop at a statement when no connection is attached to the packet: it reads the connection's
 * an expression without a value ends the rule (NFT_BREAK). Writing the whole mark alone does nothing then.
 */
export function readsConnection(target: Target): boolean {
  return EFFECTS[target.kind].readsConnmark && !(target.kind === 'connmark-set' && target.mask === 0xffffffff);
}
