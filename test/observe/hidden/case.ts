import type { Family } from '../../../src/model/family.ts';
import type { Packet } from '../../../src/model/packet.ts';
import type { Attempt } from '../../kernel/index.ts';
import { ADDRESSES, type PacketName } from '../../proof/layouts/packets.ts';
import type { LayoutName } from './layouts.ts';

/** What the texts of a case are filled with, for one family and one variant of iptables. */
export interface Names {
  readonly family: Family;
  /** nft's name of the family. */
  readonly ip: 'ip' | 'ip6';
  readonly iptables: string;
  readonly own: string;
  readonly peer: string;
  readonly far: string;
  /** A network that `far` is in. */
  readonly farNet: string;
  /** The type of a set of addresses. */
  readonly addr: 'ipv4_addr' | 'ipv6_addr';
  /** An address with a port, as nft writes it. */
  at(address: string, port: number): string;
}

/** What somebody did to a pod that was healthy. */
export interface Case {
  readonly name: string;
  readonly on: readonly LayoutName[];
  /** Left out: both. */
  readonly families?: readonly Family[];
  /** Lines for `nft -f -`. */
  readonly nft?: (names: Names) => string;
  /** Programs run in the pod, each of which must succeed, ahead of nft's lines. */
  readonly commands?: (names: Names) => readonly (readonly string[])[];
  /** Packets that the kernel has to treat otherwise than before, or the case shows nothing. None: a harmless neighbour. */
  readonly shows: readonly PacketName[];
  /** Sent beside the ordinary ones. */
  readonly packets?: (names: Names) => readonly Packet[];
  /** How often the packets of `shows` are sent, where it is chance what becomes of them. */
  readonly times?: number;
  /** It happens ahead of the hooks, so `trace`, which begins there, is not asked. */
  readonly ahead?: boolean;
  /** It may happen behind the hooks, as what `connects` shows does: then a claim of a report is not all that the taps see. */
  readonly beyond?: boolean;
  /** Harmless to what Istio captures, and yet it changes other packets, none of them among those sent: `diff` says so. */
  readonly toldBy?: 'diff';
  /** Connections that have to end otherwise than before: for what happens where the taps cannot see it. */
  readonly connects?: (names: Names) => readonly Attempt[];
}

/** The names for a family. */
export function namesFor(family: Family, layout: LayoutName): Names {
  const { own, peer, remote } = ADDRESSES[family];
  const v4 = family === 'ipv4';
  const variant = layout.endsWith('legacy') ? 'legacy' : 'nft';
  return {
    ...{ family, own, peer, far: remote, ip: v4 ? 'ip' : 'ip6', addr: v4 ? 'ipv4_addr' : 'ipv6_addr' },
    farNet: v4 ? '203.0.113.0/24' : '2001:db8::/64',
    iptables: `${v4 ? 'iptables' : 'ip6tables'}-${variant}`,
    at: (address, port) => (v4 ? `${address}:${port}` : `[${address}]:${port}`),
  };
}
