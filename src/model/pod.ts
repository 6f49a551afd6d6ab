import type { Diagnostic } from './diagnostic.ts';
import type { Family } from './family.ts';
import type { Undetermined } from './report.ts';
import type { Routing } from './routing.ts';
import type { Ruleset, Table } from './ruleset.ts';
import type { ShownTable } from './shown.ts';
import type { SocketLook } from './shown-sockets.ts';
import type { Process, Socket, SocketEnds } from './socket.ts';
import type { WriteFailure } from './write-failure.ts';

/** Something that kept us from looking, or from understanding what we saw. Makes the answer undetermined. */
export interface Obstacle extends Undetermined {
  /** What stayed unseen: the rules of a backend and family, the sockets, the routing. */
  readonly concerns: 'rules' | 'sockets' | 'routing' | 'environment';
  /**
   * Rules of tables that were shown are missing: `in-gaps` where the pod's gaps say, or where rules that may do anything
   * stand in their place; else `anywhere`. Absent: what stayed unseen is apart from what was shown.
   */
  readonly lost?: 'in-gaps' | 'anywhere';
}

/** An obstacle as reports tell it. */
export function toldObstacle({ code, message, remedy }: Obstacle): Undetermined {
  return { code, message, remedy };
}

/** A place where rules may be missing, because the text that showed them was cut off or lost a line. */
export interface Gap {
  /** One of the pod's tables. */
  readonly table: Table;
  /** Of that table; it may be missing there, when it is a built-in one. */
  readonly chain: string;
  /** 1-based: before which rule; after the last when there are not so many. */
  readonly position: number;
  readonly source: string;
  readonly line: number;
}

/** Which tables an answer can speak of. A table that was covered and is not in the ruleset does not exist. */
export interface Coverage {
  readonly family: Family;
  /** `all`, or the names of the tables that were shown (`iptables -t nat -S`). */
  readonly tables: 'all' | readonly string[];
}

/** What a pod says about itself: variables of istio-proxy, and labels and annotations from the downward API. */
export interface Metadata {
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The files around are the pod's own, resolv.conf among them: whoever entered a namespace from a node sees the node's. */
  readonly isAmongOwnFiles?: boolean;
}

/** Everything that was seen of one pod, parsed. */
export interface Pod {
  readonly ruleset: Ruleset;
  readonly coverage: readonly Coverage[];
  /** How the tables of the ruleset came to be known, and what of them was not shown. Absent: asked of the kernel, all of them. */
  readonly shown?: readonly ShownTable[];
  /** Legacy tables that are registered, even if empty (`/proc/net/ip_tables_names`). */
  readonly emptyLegacyTables: readonly Pick<Table, 'family' | 'name'>[];
  /** Null: not looked at, or not possible (then an obstacle says so). */
  readonly sockets: readonly Socket[] | null;
  /** What would be among the sockets if it were there. Left out: everything. */
  readonly shownSockets?: readonly SocketLook[];
  /**
   * The TCP sockets a moment earlier, where somebody looked twice: ss reads one socket after the other, so a connection
   * that opens or closes meanwhile shows one end only. Read when asked for, because few pods have one to ask about.
   */
  readonly earlierSockets?: () => readonly SocketEnds[];
  /** The processes that hold sockets, as far as they were visible. */
  readonly processes?: readonly Process[];
  readonly routing: Routing | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly obstacles: readonly Obstacle[];
  /** Rules that were to be written and were not, as a log says, where nothing shows that they are there all the same. */
  readonly failures?: readonly WriteFailure[];
  /** Where rules may be missing in saved texts. */
  readonly gaps?: readonly Gap[];
  /** Where listings end, which nothing marks: rules that are missing there may have been cut off. */
  readonly ends?: readonly Gap[];
  /** Tables of which one chain is shown and nothing else, by texts that may be what `nft list chain` prints. */
  readonly alone?: readonly ShownTable[];
}

/** Whether the input would show the table if it existed. */
export function isCovered(pod: Pick<Pod, 'coverage'>, table: Pick<Table, 'family' | 'name'>): boolean {
  return pod.coverage.some(
    ({ family, tables }) =>
      (table.family === family || table.family === 'inet') && (tables === 'all' || tables.includes(table.name)),
  );
}

/** How packets come into a network namespace and leave it, as far as that was seen. */
export interface Links {
  /** The namespace's own addresses as others know them, as text. */
  readonly localAddresses: readonly string[];
  /** Addresses of lo and link-local ones: packets to them stay inside just as well. */
  readonly innerAddresses: readonly string[];
  /** Its interfaces but lo, those that others can reach it by first; empty where they are not known. */
  readonly interfaces: readonly string[];
}

/** What is known of how packets come and go. */
export function linksOf({ routing }: Pick<Pod, 'routing'>): Links {
  const all = routing?.addresses ?? [];
  const own = localAddresses({ routing });
  const inner = all.filter(({ address }) => !own.includes(address));
  const reachable = all.filter((one) => !inner.includes(one)).map((one) => one.interface);
  const names = new Set([...reachable, ...(routing?.interfaces ?? all.map((one) => one.interface))]);
  names.delete('lo');
  return { localAddresses: own, innerAddresses: inner.map(({ address }) => address), interfaces: [...names] };
}

/** The addresses of the pod's interfaces, as far as they were seen; what loopback and link-local ones do is known. */
export function localAddresses({ routing }: Pick<Pod, 'routing'>): string[] {
  const addresses = routing?.addresses ?? [];
  return addresses.flatMap(({ interface: name, address, scope }) =>
    name === 'lo' || scope === 'link' ? [] : [address],
  );
}
