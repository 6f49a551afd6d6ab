import type { RoutingRule } from '../model/routing.ts';

/** The part of a mark that ambient uses (InpodMask, InpodTProxyMask in cni/pkg/iptables/iptables.go). */
export const AMBIENT_MASK = 0xfff;
/** What ztunnel marks all of its own sockets with, in every release (InpodMark there). */
export const ZTUNNEL_MARK = 0x539;
/** What marks a connection of ztunnel's, and what TPROXY marks for the routing (InpodTProxyMark there). */
export const CONNECTION_MARK = 0x111;

/** Whether a packet or a socket has ztunnel's mark. */
export function isOfZtunnel(mark: number | undefined): boolean {
  return ((mark ?? 0) & AMBIENT_MASK) === ZTUNNEL_MARK;
}

/** A mark that leads to a table whose only route is to the pod itself. */
export interface MarkRoute {
  readonly value: number;
  readonly mask: number;
  readonly table: number;
  /** Ambient sets it; for a sidecar the kernel takes the first free one below `main`. */
  readonly priority: number;
}

/** Ambient's, whatever the mode (RouteTableInbound and 32764 in cni/pkg/iptables). */
export const AMBIENT_ROUTE: MarkRoute = { value: CONNECTION_MARK, mask: AMBIENT_MASK, table: 100, priority: 32764 };

/** A sidecar's mark and table in TPROXY mode unless told otherwise (istio-iptables, 1.0 and later). */
export const TPROXY_MARK = 1337;
export const TPROXY_TABLE = 133;

/** Whether a rule of the policy routing is ambient's. */
export function isAmbientRoute({ mark, table }: RoutingRule): boolean {
  const { value, mask } = AMBIENT_ROUTE;
  return mark?.value === value && mark.mask === mask && table === String(AMBIENT_ROUTE.table);
}

/** Whether a rule of the policy routing is a sidecar's. Its mark is an input, its table in practice none. */
export function isTproxyRoute({ mark, table }: RoutingRule): boolean {
  return mark !== undefined && table === String(TPROXY_TABLE);
}
