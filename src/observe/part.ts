import type { Diagnostic } from '../model/diagnostic.ts';
import type { Coverage, Gap, Obstacle } from '../model/pod.ts';
import type { Table } from '../model/ruleset.ts';
import type { ShownTable } from '../model/shown.ts';
import type { SocketLook } from '../model/shown-sockets.ts';
import type { Socket } from '../model/socket.ts';
import type { ParsedIptables, Unprinted } from '../parse/iptables/index.ts';
import type { NftListing } from '../parse/nft/index.ts';

/** A text that somebody saved. */
export interface SavedText {
  /** File name, or `stdin`. */
  readonly name: string;
  readonly text: string;
}

/** What one text holds. */
export interface Part {
  readonly name: string;
  readonly kind: 'iptables' | 'nft' | 'sockets' | 'empty' | 'unrecognized';
  readonly tables: readonly Table[];
  readonly coverage: readonly Coverage[];
  readonly shown: readonly ShownTable[];
  readonly sockets: readonly Socket[] | null;
  readonly looks: readonly SocketLook[];
  readonly diagnostics: readonly Diagnostic[];
  readonly obstacles: readonly Obstacle[];
  readonly gaps?: readonly Gap[];
  readonly ends?: readonly Gap[];
  readonly format?: NftListing['format'];
  readonly formats?: ParsedIptables['formats'];
  readonly unprinted?: readonly Unprinted[];
  readonly asked?: readonly Table[];
  /** See `ParsedIptables`. */
  readonly unsaidFamily?: string | null;
  /** See the pod's. */
  readonly alone?: readonly ShownTable[];
}

/** Of a text that holds nothing. */
export const NOTHING: Part = {
  name: '',
  kind: 'empty',
  tables: [],
  coverage: [],
  shown: [],
  sockets: null,
  looks: [],
  diagnostics: [],
  obstacles: [],
};
