import type { Owner } from '../owner.ts';

/** One connection to open, or one datagram to send. */
export interface Attempt {
  readonly protocol: 'tcp' | 'udp';
  /** Source address; left out: the kernel's choice. */
  readonly source?: string;
  readonly destination: string;
  /** 1–65535. */
  readonly port: number;
  readonly owner: Owner;
  /** What a datagram holds; nothing is ever sent over a connection. */
  readonly payload?: Uint8Array;
  /** Milliseconds until the attempt is given up. */
  readonly timeoutMs: number;
}

/** How an attempt ended. `no-route`, `not-allowed`: it was over before any rule saw a packet. */
export type Ending =
  | 'connected'
  | 'answered'
  | 'refused'
  | 'unreachable'
  | 'no-route'
  | 'not-allowed'
  | 'timed-out'
  | 'forbidden'
  | 'failed';

/** One end of a connection. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What came of an attempt. */
export interface Attempted<T> {
  readonly ending: Ending;
  /** The system's words, where there are any. */
  readonly message: string | null;
  readonly durationMs: number;
  /** What was seen while the connection was open; null when there was none. */
  readonly seen: T | null;
}

/** The one seam to traffic that we send ourselves. Never rejects. */
export interface Network {
  /** @param whileOpen is called with our end of an established connection, which is closed afterwards */
  attempt<T>(attempt: Attempt, whileOpen: (own: Endpoint) => Promise<T>): Promise<Attempted<T>>;
}
