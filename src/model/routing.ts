import type { Family } from './family.ts';

/** A policy routing rule, as far as traffic capture uses it: `from all fwmark VALUE/MASK lookup TABLE`. */
export interface RoutingRule {
  readonly family: Family;
  /** Lower is looked at first. */
  readonly priority: number;
  /** Left out when the rule does not look at the mark. */
  readonly mark?: { readonly value: number; readonly mask: number };
  /** Number or name of the routing table, as printed. */
  readonly table: string;
  readonly text: string;
}

/** A route in one of the tables that were read. */
export interface Route {
  readonly family: Family;
  readonly table: string;
  /** `local`, `unicast`, … */
  readonly type: string;
  /** `default` or a prefix. */
  readonly destination: string;
  readonly device: string | null;
  readonly text: string;
}

/** An address of an interface. */
export interface InterfaceAddress {
  readonly interface: string;
  readonly family: Family;
  /** Without prefix length. */
  readonly address: string;
  readonly prefixLength: number;
  /** `global`, `host`, `link`. */
  readonly scope: string;
}

/** What `ip rule`, `ip route show table` and `ip addr` say. */
export interface Routing {
  readonly rules: readonly RoutingRule[];
  readonly routes: readonly Route[];
  readonly addresses: readonly InterfaceAddress[];
  /** All interfaces, also those without an address; left out where only addresses are known. */
  readonly interfaces?: readonly string[];
}
