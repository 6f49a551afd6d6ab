import type { Packet } from '../model/packet.ts';
import type { Program } from './listeners.ts';
import type { Passage } from './pass.ts';

/** One connection of a life, by its first packet. */
export interface Leg {
  readonly packet: Packet;
  /** Through its last two hooks. */
  readonly way: Passage;
  /** Who got it, and where; null: it left the pod. */
  readonly at: { readonly address: string; readonly port: number | undefined; readonly program: Program } | null;
}
