import type { Network } from './attempt.ts';
import { connectTcp } from './tcp.ts';
import { queryUdp } from './udp.ts';

/** The network namespace of this process. */
export function localNetwork(): Network {
  return {
    async attempt(attempt, whileOpen) {
      const start = performance.now();
      const ended = attempt.protocol === 'tcp' ? await connectTcp(attempt, whileOpen) : await queryUdp(attempt);
      return { message: null, seen: null, ...ended, durationMs: Math.round((performance.now() - start) * 10) / 10 };
    },
  };
}
