import type { Capture } from '../collect/capture.ts';
import type { Pod } from '../model/pod.ts';
import { observeRouting } from './routing.ts';
import { observeEarlierSockets, observeProcesses, observeSockets } from './sockets.ts';
import { observeTables } from './tables.ts';

export { observeRules } from './saved.ts';

/**
 * A capture, understood: the rules of every backend, the sockets, the policy routing, and for everything that could not
 * be read or understood an obstacle with the step that helps. Never throws.
 */
export function observe(capture: Capture): Pod {
  const rules = observeTables(capture);
  const sockets = observeSockets(capture);
  const earlierSockets = observeEarlierSockets(capture);
  const routing = observeRouting(capture);
  return {
    ruleset: rules.ruleset,
    coverage: rules.coverage,
    emptyLegacyTables: rules.emptyLegacyTables,
    sockets: sockets.value,
    ...(sockets.value !== null && { shownSockets: sockets.looks }),
    ...(earlierSockets === null ? {} : { earlierSockets }),
    processes: observeProcesses(capture),
    routing: routing.value,
    diagnostics: [...rules.diagnostics, ...sockets.diagnostics, ...routing.diagnostics],
    obstacles: [...rules.obstacles, ...sockets.obstacles, ...routing.obstacles],
  };
}
